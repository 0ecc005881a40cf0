import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** @import { ChildProcess } from 'node:child_process' */

/**
 * @typedef {object} Options
 * @property {string} cwd
 * @property {NodeJS.ProcessEnv} env
 * @property {number} [seconds] after which it is killed and fails; default: 60
 */

/** @type {Set<ChildProcess>} */
const running = new Set();
let over = false;

/**
 * Runs a program and waits until it ends.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Options} options
 * @returns {Promise<string>} its output to stdout
 * @throws with all of its output, if it fails or takes too long
 */
export async function run(command, args, options) {
  const program = start(command, args, options);
  const { code, signal } = await program.end;
  if (code === 0) return program.stdout;
  const how = program.late
    ? `took longer than ${program.seconds} s`
    : `ended with ${signal ?? `exit code ${code}`}`;
  // The important part comes last.
  throw new Error(`${program.output}\n${command} ${args.join(' ')} ${how}`);
}

/**
 * Starts a program in its own process group, so that its child processes end with it.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {Options} options
 */
export function start(command, args, { cwd, env, seconds = 60 }) {
  if (over) throw new Error(`${command} can't be started after the end.`);
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
  const program = {
    child,
    seconds,
    stdout: '',
    output: '',
    late: false,
    end: /** @type {Promise<{ code: number | null, signal: NodeJS.Signals | null }>} */ (
      once(child, 'close').then(([code, signal]) => ({ code, signal }))
    ),
    /** Waits until its stdout matches. @param {RegExp} pattern */
    async says(pattern) {
      for (;;) {
        const match = pattern.exec(program.stdout);
        if (match) return match;
        const more = await Promise.race([once(child.stdout, 'data'), program.end.then(() => undefined)]);
        if (!more)
          throw new Error(`${program.output}\n${command} ${args.join(' ')} ended without saying ${pattern}`);
      }
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) endGroup(child);
      await program.end.catch(() => undefined);
    },
  };
  child.stdout.setEncoding('utf8').on('data', (text) => {
    program.stdout += text;
    program.output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text) => (program.output += text));
  const timer = setTimeout(() => {
    program.late = true;
    endGroup(child);
  }, seconds * 1000);
  const forget = () => {
    clearTimeout(timer);
    running.delete(child);
  };
  program.end.then(forget, forget);
  return program;
}

/** Ends all running programs that this process has started, and starts no more. */
export function endAll() {
  over = true;
  for (const child of running) endGroup(child);
}

/** @param {ChildProcess} child */
function endGroup(child) {
  if (child.pid === undefined) return;
  try {
    // Windows has no process groups.
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has just ended by itself.
  }
}

/** The registry that npm is configured with, from which all packages except our own come. @param {string} cwd */
export async function upstreamRegistry(cwd) {
  return (await run('npm', ['config', 'get', 'registry'], { cwd, env: process.env })).trim();
}

/**
 * The environment for a user's commands: this process's, without the variables of pnpm, npm and the developer's shell, and
 * with the rehearsal's own registry, cache and git settings.
 *
 * @param {{ folder: string, registry: string }} rehearsal
 * @returns {NodeJS.ProcessEnv}
 */
export function environment({ folder, registry }) {
  const own = /^(npm_|pnpm_|turbo_|git_|node_env$|node_options$|vitest|init_cwd$|xdg_)/i;
  return {
    ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name))),
    CI: 'true',
    NO_COLOR: '1',
    TURBO_TELEMETRY_DISABLED: '1',
    npm_config_registry: registry,
    npm_config_userconfig: `${folder}/npmrc`,
    npm_config_cache: `${folder}/cache/npm`,
    npm_config_cache_dir: `${folder}/cache/pnpm`,
    npm_config_store_dir: `${folder}/store`,
    npm_config_audit: 'false',
    npm_config_fund: 'false',
    npm_config_update_notifier: 'false',
    GIT_CONFIG_GLOBAL: `${folder}/gitconfig`,
    GIT_CONFIG_NOSYSTEM: '1',
  };
}
