import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Place Where something is run.
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * An environment whose `node` is the given one. npm and pnpm run on that `node`.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {string} node its path
 * @param {string} folder an empty one
 */
export function withNode(env, node, folder) {
  mkdirSync(folder, { recursive: true });
  const link = join(folder, 'node');
  rmSync(link, { force: true });
  symlinkSync(node, link);
  return { ...env, PATH: `${folder}${delimiter}${env.PATH}` };
}
