import { execFile } from 'node:child_process';
import { cp, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

import { FROM_SOURCE } from '../../../tooling/from-source.mjs';
import { temporaryFolder } from '../../../tooling/test/folder.ts';

const APP = path.resolve(import.meta.dirname, '..');
const ROOT = path.resolve(APP, '../..');
// The compiler of the workspace, and the one that `npm install typescript` installs.
const COMPILERS = [
  ['5.9', path.join(ROOT, 'node_modules/typescript/bin/tsc')],
  ['7', path.join(ROOT, 'tooling/types/node_modules/typescript-7/bin/tsc')],
] as const;

/** Runs a program of Node in a folder. @returns what it printed, also if it failed */
async function run(cwd: string, ...args: string[]): Promise<string> {
  const { VITEST: _, NODE_ENV: __, ...env } = process.env;
  const result = promisify(execFile)(process.execPath, args, { cwd, env });
  const { stdout } = await result.catch((error: unknown) => error as { stdout: string });
  return stdout;
}

test(
  'a field that the server renames is an error at the line of the page that reads it',
  { timeout: 300_000 },
  async () => {
    const copy = await temporaryFolder();
    for (const name of ['src', 'page', 'package.json'])
      await cp(path.join(APP, name), path.join(copy, name), { recursive: true });
    await symlink(path.join(APP, 'node_modules'), path.join(copy, 'node_modules'), 'dir');
    const config = {
      extends: path.join(ROOT, 'tsconfig.base.json'),
      compilerOptions: { typeRoots: [path.join(ROOT, 'node_modules/@types')] },
    };
    await writeFile(path.join(copy, 'tsconfig.json'), JSON.stringify(config));

    const schemas = path.join(copy, 'src/schemas/bookmark.ts');
    const before = await readFile(schemas, 'utf8');
    const after = before.replace('createdAt: z.iso', 'savedAt: z.iso');
    expect(after).not.toBe(before);
    await writeFile(schemas, after);

    const cli = path.join(ROOT, 'packages/cli/src/bin.ts');
    const types = await run(copy, ...FROM_SOURCE, cli, 'types');
    expect(types).toMatch(/^Wrote \.blaize\/routes\.d\.ts: \d+ routes\.\n$/);

    const page = await readFile(path.join(copy, 'page/app.ts'), 'utf8');
    const line = page.split('\n').findIndex((each) => each.includes('bookmark.createdAt')) + 1;
    for (const [version, tsc] of COMPILERS) {
      const output = await run(copy, tsc, '--project', 'page', '--pretty', 'false');
      const errors = [...output.matchAll(/^(\S+?)\((\d+),\d+\): error TS\d+: (.*)$/gm)];
      const ofPage = errors.filter(([, file]) => file!.startsWith('page/'));
      expect([version, ofPage.map(([, ...rest]) => rest)]).toEqual([
        version,
        [
          [
            'page/app.ts',
            String(line),
            expect.stringMatching("^Property 'createdAt' does not exist on type"),
          ],
        ],
      ]);
      // The rest is in the server itself, where handlers answer with something else now.
      expect(errors.every(([, file]) => /^(page|src)\//.test(file!))).toBe(true);
    }
  },
);
