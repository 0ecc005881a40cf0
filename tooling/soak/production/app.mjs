/** The sample app in production mode, built and started with the command that users have, with two workers. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';

import { root } from '../../workspace.mjs';
import { watchOver } from '../processes.mjs';

const SAMPLE = join(root, 'apps/bookmarks');
// The built command; pnpm links a command only if it is there when it installs.
const BLAIZE = join(SAMPLE, 'node_modules/@blaizejs/cli/dist/bin.js');
export const WORKERS = 2;
// Milliseconds. A worker whose check has failed notices the return of Redis with the next probe that reaches it.
const PATIENCE = 15_000;

export class App {
  #folder;
  #env;
  /** @type {import('node:child_process').ChildProcess | undefined} */
  #primary;
  /** @type {Promise<unknown> | undefined} */
  #end;
  /** Lines of the log, as objects. @type {any[]} */
  log = [];

  /** @param {string} folder a new one for the project @param {Record<string, string>} env */
  constructor(folder, env) {
    this.#folder = folder;
    this.#env = { PATH: process.env['PATH'], ...env };
    mkdirSync(folder);
    for (const name of ['src', 'page', 'public', 'migrations', 'package.json'])
      cpSync(join(SAMPLE, name), join(folder, name), { recursive: true });
    symlinkSync(join(SAMPLE, 'node_modules'), join(folder, 'node_modules'));
  }

  /** Builds a release: new code, with a route that tells its number. @param {number} release */
  async build(release) {
    const route = `import { createGetRoute } from 'blaizejs';
export const GET = createGetRoute('/release', { handler: () => ({ release: ${release} }) });
`;
    writeFileSync(join(this.#folder, 'src/routes/release.ts'), route);
    await this.#run(process.execPath, [BLAIZE, 'build']);
    const options = ['--bundle', '--minify', '--format=esm', '--log-level=error'];
    await this.#run(join(SAMPLE, 'node_modules/.bin/esbuild'), [
      'page/app.ts',
      'page/live.ts',
      ...options,
      '--outdir=dist/page',
    ]);
  }

  async start() {
    const child = spawn(process.execPath, [BLAIZE, 'start', '--workers', String(WORKERS)], {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#primary = child;
    this.#end = watchOver(child);
    for (const output of [child.stdout, child.stderr]) {
      createInterface(output).on('line', (line) => {
        this.log.push(line.startsWith('{') ? JSON.parse(line) : { msg: line });
      });
    }
    while (!this.log.some(({ msg }) => msg.startsWith('Cluster started'))) {
      if (child.exitCode !== null) throw new Error(`The app did not start:\n${this.#text()}`);
      await setTimeout(50);
    }
  }

  /** Replaces the workers. */
  async reload() {
    await this.#run(process.execPath, [BLAIZE, 'reload']);
  }

  /** Kills a worker. @returns the milliseconds until there was another one, which serves */
  async kill() {
    const [victim] = this.workers();
    if (victim === undefined) throw new Error('There is no worker to kill.');
    const begun = performance.now();
    process.kill(victim, 'SIGKILL');
    const before = this.#starts();
    while (this.#starts() === before) await setTimeout(10);
    return performance.now() - begun;
  }

  /** Waits for a line of the log, but not for ever: a line that is missing is reported at the end. */
  async waitFor(/** @type {(line: any) => boolean} */ test) {
    const until = performance.now() + PATIENCE;
    while (!this.log.some(test) && performance.now() < until) await setTimeout(50);
  }

  /** The ids of the worker processes. */
  workers() {
    const pid = this.#primary?.pid;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number);
  }

  /** @returns {Promise<string>} how the primary ended */
  async stop() {
    this.#primary?.kill('SIGTERM');
    return String(await this.#end);
  }

  /** How often a worker has said that it serves. */
  #starts() {
    return this.log.filter(({ msg }) => /^Server running/.test(msg)).length;
  }

  /** The end of the log, without requests. */
  #text() {
    const lines = this.log.filter(({ msg }) => msg !== 'request').slice(-30);
    return lines.map((line) => JSON.stringify(line)).join('\n');
  }

  /** @param {string} command @param {readonly string[]} args */
  async #run(command, args) {
    const child = spawn(command, args, {
      cwd: this.#folder,
      env: this.#env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    void watchOver(child);
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    const [code] = await once(child, 'close');
    if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${output}\n${this.#text()}`);
  }
}
