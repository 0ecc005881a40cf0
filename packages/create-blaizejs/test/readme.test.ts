import { readFile } from 'node:fs/promises';

import { expect, test } from 'vitest';

import { Folder } from './folder.ts';
import { run } from './run.ts';

test('the example of the README prints what it shows', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const [, line = '', output] = /^```console\n\$ npx create-blaizejs (.*)\n([^]*?)^```/m.exec(readme) ?? [];
  const folder = await Folder.make();
  const { code, out } = await run(folder.path, line.split(' '));
  expect({ code, out }).toEqual({ code: 0, out: output });
});

test('the README and --help name the same options', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const { out } = await run('/', ['--help']);
  const optionsIn = (text: string) =>
    new Set([...text.matchAll(/--[a-z][a-z-]+/g)].map(([option]) => option));
  expect(optionsIn(readme)).toEqual(optionsIn(out));
});
