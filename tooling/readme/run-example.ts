import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { FROM_SOURCE } from '../from-source.mjs';

const FIRST_BLOCK = /^```ts\r?\n(.*?)^```/ms;

/** The first block of TypeScript of a README. @param heading where to begin to look */
export function exampleIn(readme: string, heading = ''): string {
  const code = FIRST_BLOCK.exec(readme.slice(readme.indexOf(heading)))?.[1];
  if (code === undefined) throw new Error('The README has no block of ```ts.');
  return code;
}

/**
 * Runs the first example of a package's README, from the sources of the workspace, and gives what it prints.
 *
 * @param directory the package's: `new URL('..', import.meta.url)` from its `test/`
 * @param options `heading` of the section whose first example is meant, by default that of the README; `installed` is a
 *   directory that has the dependencies of the example, by default the package's
 * @throws where it fails, with what it wrote to stderr, or has not ended after 10 seconds
 */
export async function runExample(
  directory: URL,
  { heading, installed = directory }: { readonly heading?: string; readonly installed?: URL } = {},
): Promise<string> {
  const code = exampleIn(await readFile(new URL('README.md', directory), 'utf8'), heading);
  // Inside the package, so that its own name and its dependencies resolve; git, ESLint and Prettier ignore `.blaize`.
  const parent = join(fileURLToPath(installed), '.blaize');
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, 'readme-'));
  try {
    const file = join(folder, 'example.ts');
    await writeFile(file, code);
    const { stdout } = await promisify(execFile)(process.execPath, [...FROM_SOURCE, file], {
      cwd: folder,
      timeout: 10_000,
    });
    return stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
