#!/usr/bin/env node
import { main } from './main.ts';
import { realWorld } from './world.ts';

const code = await main(process.argv.slice(2), realWorld());
// What a route module has opened must not keep a command from ending; what was written has to come out first.
if (code !== undefined) process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
