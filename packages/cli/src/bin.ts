#!/usr/bin/env node
import { main } from './main.ts';
import { realWorld } from './world.ts';

const code = await main(process.argv.slice(2), realWorld());
// Exits even if a route module has left something open, but only after all output is written.
if (code !== undefined) process.stdout.write('', () => process.stderr.write('', () => process.exit(code)));
