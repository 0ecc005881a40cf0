import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { asPattern } from './actions.mjs';
import { buildImage } from './dockerfile.mjs';
import { COMPILERS, root, run, start } from './outside.mjs';
import { runInTerminal } from './terminal.mjs';

/** @import { Action } from './actions.mjs' */
/** @import { Image } from './dockerfile.mjs' */

const SAMPLE = join(root, 'apps/bookmarks');
const SECONDS = 240;
const STOP_SECONDS = 20;

/**
 * A reader with one terminal for commands and one for a server. Begins in an empty folder. Variables, functions and the
 * current folder carry over from one command to the next.
 */
export class Session {
  /** Contains the empty folders in which the reader works, and other files of this session. */
  #folder;
  /** For files that several sessions create in the same way. */
  #shared;
  /** @type {NodeJS.ProcessEnv} */
  #env;
  #state;
  #places = 0;
  #images = 0;
  #cwd = '';
  /** @type {ReturnType<typeof start> | undefined} */
  #server;
  /** Starts the server that runs once more. @type {(() => Promise<void>) | undefined} */
  #restart;
  #written = false;
  /** Whether the running server is a development server. */
  #reloads = false;
  /** @type {Map<string, Image>} by tag */
  #built = new Map();

  /**
   * @param {{ folder: string, shared: string, env: NodeJS.ProcessEnv, port: number }} options `folder`: an empty one;
   *   `port`: stands in for 3000
   */
  constructor({ folder, shared, env, port }) {
    this.#folder = folder;
    this.#shared = shared;
    this.#state = join(folder, 'state.sh');
    mkdirSync(join(folder, 'home'), { recursive: true });
    writeFileSync(join(folder, 'home/.curlrc'), `connect-to = "localhost:3000:localhost:${port}"\n`);
    this.#env = {
      ...env,
      CURL_HOME: join(folder, 'home'),
      AS_WRITTEN_PORT: String(port),
      NODE_OPTIONS: `--import ${new URL('elsewhere.mjs', import.meta.url).href}`,
    };
    this.#begin();
  }

  /** Performs an action. @param {Action} action @throws if it fails, or its output differs */
  async do(action) {
    switch (action.kind) {
      case 'write':
        return this.#write(action.file, action.text ?? readFileSync(join(SAMPLE, action.file)));
      case 'run':
        return this.#run(action.script, action.prints);
      case 'answer':
        return this.#answer(action.command);
      case 'compile':
        return this.#compile(action.command);
      case 'serve':
        return this.#serve('bash', ['-c', this.#inPlace(action.command)], this.#place());
      case 'docker':
        return this.#docker(action.command);
    }
  }

  /** Copies a file or folder of the sample app. @param {string} name */
  copySample(name) {
    cpSync(join(SAMPLE, name), join(this.#cwd, name), { recursive: true });
  }

  /** Presses Ctrl+C, and waits for the server. @throws if it does not stop */
  async stopServer() {
    const server = this.#server;
    this.#server = this.#restart = undefined;
    if (server?.child.pid === undefined) return;
    const { exitCode, signalCode } = server.child;
    if (exitCode === null && signalCode === null) process.kill(-server.child.pid, 'SIGINT');
    const late = setTimeout(() => void server.stop(), STOP_SECONDS * 1000);
    const { signal } = await server.end;
    clearTimeout(late);
    if (signal === 'SIGKILL')
      throw new Error(`${server.output}\nCtrl+C did not stop it in ${STOP_SECONDS} s.`);
  }

  #place() {
    return { cwd: this.#cwd, env: this.#env, seconds: SECONDS };
  }

  /** In an empty folder. */
  #begin() {
    this.#cwd = join(this.#folder, `place-${++this.#places}`);
    mkdirSync(this.#cwd, { recursive: true });
  }

  /** @param {string} file @param {string | Uint8Array} content */
  #write(file, content) {
    const path = join(this.#cwd, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    this.#written = true;
  }

  /** With what earlier commands have set. @param {string} script */
  #inPlace(script) {
    return `[ ! -f '${this.#state}' ] || . '${this.#state}'\n${script}`;
  }

  /** @param {string} script @param {string | undefined} prints */
  async #run(script, prints) {
    // "In an empty folder", although the reader has just created another app.
    if (script.startsWith('npm init') && existsSync(join(this.#cwd, 'package.json'))) {
      await this.stopServer();
      this.#begin();
    }
    // A production server is only tried out: the reader stops it before continuing.
    if (!this.#reloads && !script.includes('curl ')) await this.stopServer();
    // Reloads are fast, but the check must not depend on that.
    if (this.#written) await this.#restart?.();
    const folder = join(this.#folder, 'cwd');
    const keep = `{ export -p; declare -f; } >'${this.#state}'; pwd >'${folder}'`;
    const args = ['-c', `set -ea\n${this.#inPlace(script)}\n${keep}`];
    const output = (await run('bash', args, this.#place())).replaceAll(/[ \r]+$/gm, '').trim();
    // npm prints the command that it runs.
    const printed = output.replace(/^(?:> .*\n)+/, '').trimStart();
    this.#cwd = readFileSync(folder, 'utf8').trimEnd();
    if (prints !== undefined && !asPattern(prints).test(printed)) {
      throw new Error(`${script}printed\n${printed}\n\nThe page says\n${prints}`);
    }
  }

  /** A command that creates a new app. Other sessions copy the app of the first one. @param {string} command */
  async #answer(command) {
    const place = this.#place();
    const made = join(this.#shared, command.replaceAll(/\W+/g, '-'));
    if (!existsSync(made)) {
      const before = new Set(readdirSync(place.cwd));
      await runInTerminal(command, place);
      const [name = ''] = readdirSync(place.cwd).filter((each) => !before.has(each));
      mkdirSync(made);
      await run('cp', ['-al', name, join(made, name)], place);
      return;
    }
    for (const name of readdirSync(made)) await run('cp', ['-al', join(made, name), name], place);
  }

  /** Compiles as on the page, with the latest compiler; then with others. @param {string} command */
  async #compile(command) {
    await this.#run(`${command}\n`, undefined);
    const manifest = readFileSync(join(this.#cwd, 'node_modules/typescript/package.json'), 'utf8');
    const { version } = JSON.parse(manifest);
    for (const { name, file } of COMPILERS.filter((each) => !each.name.endsWith(` ${version}`))) {
      await this.#run(`${command.replace('npx tsc', `node '${file}'`)}\n`, undefined).catch((error) => {
        throw new Error(`With ${name}: ${error.message}`, { cause: error });
      });
    }
  }

  /** @param {string} command @param {string[]} args @param {{ cwd: string, env: NodeJS.ProcessEnv }} place */
  async #serve(command, args, place) {
    await this.stopServer();
    this.#server = start(command, args, { ...place, seconds: SECONDS });
    this.#reloads = args.some((each) => / dev$/.test(each));
    this.#restart = () => this.#serve(command, args, place);
    this.#written = false;
    await this.#server.says(/https?:\/\/[\w.]+:\d+/);
  }

  /** @param {string} command */
  async #docker(command) {
    const [, what = '', ...rest] = command.split(' ');
    const tag = rest.at(-1) ?? '';
    if (what === 'build') {
      const [, name = ''] = /--tag (\S+)/.exec(command) ?? [];
      const folder = join(this.#folder, `image-${++this.#images}`);
      const inBash = (
        /** @type {string} */ line,
        /** @type {{ cwd: string, env: NodeJS.ProcessEnv }} */ place,
      ) => run('bash', ['-ec', line], { ...place, seconds: SECONDS });
      this.#built.set(name, await buildImage(this.#cwd, folder, this.#env, inBash));
    } else if (what === 'run') {
      const image = this.#built.get(tag);
      if (!image) throw new Error(`${command}: no image ${tag} has been built.`);
      const [program = '', ...args] = image.command;
      await this.#serve(program, args, image);
    } else if (what === 'stop') {
      await this.stopServer();
    } else {
      throw new Error(`This check does not support "docker ${what}".`);
    }
  }

  /** Ends all processes, and removes the folders. */
  async end() {
    await this.#server?.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
