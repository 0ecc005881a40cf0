import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Compiler
 * @property {string} name with its version
 * @property {string} file its command, for Node
 *
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {string} output
 */

/** Seconds before a compilation is stopped. */
export const PATIENCE = 180;

/** The compiler of the workspace, and the one that `npm install typescript` installs. */
export const COMPILERS = await Promise.all(['typescript', 'typescript-7'].map(compiler));

/** @param {string} dependency @returns {Promise<Compiler>} */
async function compiler(dependency) {
  const manifest = import.meta.resolve(`${dependency}/package.json`);
  const {
    default: { version },
  } = await import(manifest, { with: { type: 'json' } });
  return { name: `TypeScript ${version}`, file: fileURLToPath(new URL('bin/tsc', manifest)) };
}

/**
 * @param {Compiler} compiler
 * @param {string} folder with a tsconfig.json
 * @param {...string} args
 * @returns {Promise<Outcome>}
 */
export async function compile({ file }, folder, ...args) {
  const child = spawn(process.execPath, [file, '--project', folder, '--pretty', 'false', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: PATIENCE * 1000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code, signal] = await once(child, 'close');
  if (signal) output += `\nIt did not end in ${PATIENCE} s.`;
  return { ok: code === 0, output };
}
