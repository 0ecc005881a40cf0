/**
 * `pnpm check:packages`, after a build: is every package ready to publish?
 *
 * 1. pack it as for publishing 2. inspect the tarball, and compare its files with the list in `expected/`, which `--update`
 * rewrites 3. publint: does the manifest match the files? 4. attw: do the types resolve, and match the code?
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

import { root } from '../workspace.mjs';
import { problemsOf } from './contents.mjs';
import { differences, expect } from './file-list.mjs';
import { inTemporaryFolder, packAll } from './tarballs.mjs';

const update = process.argv.includes('--update');
let failed = false;

await inTemporaryFolder((temporary) => {
  for (const { name, folder, file, contents, manifest } of packAll(temporary)) {
    report(name, 'contents', problemsOf(manifest, contents).join('\n'));
    if (update) expect(folder, contents);
    report(name, 'files', differences(folder, contents).join('\n'));
    report(name, 'publint', complaintsOf('publint', ['run', file, '--strict']));
    // The packages are ESM only, so `require` and Node 10 need not resolve them.
    report(name, 'attw', complaintsOf('attw', [file, '--profile', 'esm-only', '--no-emoji']));
  }
});
process.exitCode = failed ? 1 : 0;

/**
 * @param {string} tool
 * @param {string[]} args
 * @returns {string} its whole output, or an empty text if it found no problem
 */
function complaintsOf(tool, args) {
  const { error, status, stdout, stderr } = spawnSync(join(root, 'node_modules/.bin', tool), args, {
    encoding: 'utf8',
  });
  if (error) throw error;
  return status === 0 ? '' : stdout + stderr || `exit code ${status}`;
}

/** @param {string} name @param {string} check @param {string} complaints */
function report(name, check, complaints) {
  console.log(`${complaints ? 'FAIL' : 'ok  '}  ${name}  ${check}`);
  if (!complaints) return;
  failed = true;
  console.log(complaints.replace(/^/gm, '      '));
}
