import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { placeOf, readPages, root } from './pages.ts';

// As npm calls it.
const bin = path.join(root, 'packages/create-blaizejs/src/bin.ts');
const env = { ...process.env, npm_config_user_agent: 'npm/11.0.0' };
const create = async (cwd: string, args: readonly string[]): Promise<string> => {
  const node = ['--import', import.meta.resolve('tsx'), bin, ...args];
  return (await promisify(execFile)(process.execPath, node, { cwd, env, timeout: 10_000 })).stdout;
};

const { blocks, text } = readPages().find(({ name }) => name === 'create')!;
const commands = blocks.filter(({ marks }) => marks.has('create'));

test.each(commands.map((block) => ({ place: placeOf(block), block })))(
  'what $place prints',
  async ({ block: { code, next } }) => {
    const folder = await temporaryFolder();
    const args = code.trim().replace('npm create blaizejs ', '').replace(' -- ', ' ').split(' ');
    expect(await create(folder, args)).toBe(next?.code);
  },
);

test('the page has the options of --help', async () => {
  const optionsIn = (where: string) => [...new Set(where.match(/--[a-z][a-z-]+/g))].sort();
  expect(optionsIn(text)).toEqual(optionsIn(await create(root, ['--help'])));
});
