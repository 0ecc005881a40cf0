import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @typedef {object} Place Where something is run.
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 */

/**
 * The environment of somebody whose `node` is this one. npm and pnpm are programs for whatever `node` is.
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
