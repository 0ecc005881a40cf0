import { execFile } from 'node:child_process';
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';

import { asPattern } from './expected.ts';
import { placeOf, readPages, root } from './pages.ts';
import { writeBlocks } from './write-blocks.ts';

// The commands that the page shows, in an app as Get started leaves it.
const pages = readPages();
const { folderOf } = writeBlocks('command-line', pages, ['ts']);
const folder = folderOf('command-line');
const commands = pages.flatMap(({ blocks }) => blocks.filter(({ marks }) => marks.has('blaize')));

const { VITEST: _, NODE_ENV: __, ...env } = process.env;
const blaize = [
  process.execPath,
  '--import',
  import.meta.resolve('tsx'),
  path.join(root, 'packages/cli/src/bin.ts'),
];

beforeAll(async () => {
  await cp(folderOf('getting-started'), folder, { recursive: true });
  // Hints name the package manager of the app: without one, that of this repository.
  const manifest = {
    name: 'hello',
    type: 'module',
    packageManager: 'npm@11.0.0',
    dependencies: { zod: '*' },
  };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
});

test.each(commands.map((block) => ({ place: placeOf(block), block })))(
  'what $place prints',
  async ({ block: { code, next } }) => {
    const script = code.replace('npx blaize', blaize.map((each) => `'${each}'`).join(' '));
    const { stdout } = await promisify(execFile)('bash', ['-c', script], {
      cwd: folder,
      // Port 3000 may be taken here.
      env: { ...env, PORT: '0', NODE_OPTIONS: '--conditions=@blaizejs/source' },
      timeout: 10_000,
    });
    expect(stdout.trim()).toMatch(asPattern(next?.code ?? ''));
  },
);
