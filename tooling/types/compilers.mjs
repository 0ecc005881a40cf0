import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {object} Compiler
 * @property {string} name with its version
 * @property {string} file its command, for Node
 *
 * @typedef {object} Outcome
 * @property {boolean} ok
 * @property {boolean} stopped because it took too long
 * @property {string} output
 * @property {number} seconds of the processor, all threads together, so that a busy machine does not change it much
 */

/** Seconds before a compilation is stopped: of the processor, or four times as long by the clock. */
export const PATIENCE = 180;

const SHELL = `ulimit -St ${PATIENCE}; TIMEFORMAT='%U+%S'; time "$@"`;

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
  const command = [process.execPath, file, '--project', folder, '--pretty', 'false', ...args];
  const child = spawn('bash', ['-c', SHELL, 'bash', ...command], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 4 * PATIENCE * 1000,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => (output += text));
  const [code, signal] = await once(child, 'close');
  const stopped = signal !== null || code === 128 + constants.signals.SIGXCPU;
  const [, user, system] = /^([\d.]+)\+([\d.]+)$/m.exec(output) ?? [];
  return { ok: code === 0, stopped, output, seconds: Number(user) + Number(system) };
}
