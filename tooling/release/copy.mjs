import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';

import { root } from '../workspace.mjs';
import { run } from './commands.mjs';

/**
 * Copies the checkout, with uncommitted and without ignored files, and makes the copy a separate repository, which
 * changesets reads and tags.
 *
 * @param {string} destination
 * @param {NodeJS.ProcessEnv} env
 */
export async function copyCheckout(destination, env) {
  // The checkout may belong to another user.
  const list = ['-c', 'safe.directory=*', 'ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const files = (await run('git', list, { cwd: root, env })).split('\0').filter(Boolean);
  for (const file of files) {
    // Git still lists files whose deletion is not committed.
    if (existsSync(join(root, file))) cpSync(join(root, file), join(destination, file));
  }
  await run('git', ['init', '--quiet', '--initial-branch=main'], { cwd: destination, env });
  await run('git', ['config', 'user.name', 'Release rehearsal'], { cwd: destination, env });
  await run('git', ['config', 'user.email', 'rehearsal@localhost'], { cwd: destination, env });
  await commit(destination, env, 'chore: a copy of the checkout');
}

/** @param {string} cwd @param {NodeJS.ProcessEnv} env @param {string} message */
export async function commit(cwd, env, message) {
  await run('git', ['add', '--all'], { cwd, env });
  await run('git', ['commit', '--quiet', '--message', message], { cwd, env });
}
