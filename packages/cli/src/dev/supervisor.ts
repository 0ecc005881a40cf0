import { constants } from 'node:os';
import path from 'node:path';

import { CliError } from '../cli-error.ts';
import { dotenvFiles, withDotenv } from '../dotenv.ts';
import { readOwnCode } from '../own-code.ts';
import { shown } from '../project.ts';
import type { World } from '../world.ts';
import { DevProcess, type PortTaken } from './dev-process.ts';
import { nextFreePort } from './free-port.ts';
import { describeOwner } from './port-owner.ts';
import { RouteTypesKeeper } from './route-types-keeper.ts';
import { SourceWatcher } from './source-watcher.ts';

/** The options of a {@link Supervisor}. */
export interface SupervisorOptions {
  /** The absolute path of the server file. */
  readonly entry: string;
  /** Node's arguments before the file. */
  readonly nodeArgs: readonly string[];
  /** The value of `PORT` for the server; undefined leaves it unchanged. */
  readonly port: number | undefined;
  /** The value of `HOST` for the server; undefined leaves it unchanged. */
  readonly host: string | undefined;
  /** Called with a free port if the server's own is taken. Resolves with whether to use it. */
  readonly mayTake: (port: number, problem: string) => Promise<boolean>;
}

// Milliseconds after which to print what a restart waits for.
const PATIENCE = 1_000;
// Milliseconds in which a signal counts as an echo of the first one. npm forwards a Ctrl+C that the terminal has already
// sent to every process.
const ECHO = 300;

/**
 * Runs a server in a child process, and restarts it when something changes that hot reload does not cover: the server file,
 * everything that it imports, and its `.env` files. The running server first finishes its requests. It is kept if the new code does
 * not compile.
 */
export class Supervisor {
  readonly #options: SupervisorOptions;
  readonly #world: World;
  readonly #watcher: SourceWatcher;
  readonly #routeTypes: RouteTypesKeeper;
  readonly #stopAsked: Promise<'stop'>;
  #askStop: () => void = () => undefined;
  #stop: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;
  #process: DevProcess | undefined;
  #port: number | undefined;

  constructor(options: SupervisorOptions, world: World) {
    this.#options = options;
    this.#world = world;
    this.#port = options.port;
    this.#routeTypes = new RouteTypesKeeper(options.entry, world);
    this.#watcher = new SourceWatcher((error) =>
      world.say(`Some files can't be watched: ${error instanceof Error ? error.message : String(error)}`),
    );
    this.#stopAsked = new Promise((resolve) => (this.#askStop = () => resolve('stop')));
  }

  /**
   * Resolves once it has been told to stop, and the server has ended.
   *
   * @returns the exit code of the last server
   * @throws CliError if no change to the code can make it run
   */
  async run(): Promise<number> {
    const forget = this.#world.onSignal((signal) => this.#onSignal(signal));
    let code = 0;
    try {
      while (!this.#isStopping()) {
        if (!(await this.#compiles('The server starts once this is fixed.'))) {
          await this.#changed();
          continue;
        }
        if (this.#isStopping()) break;
        this.#process = this.#start();
        const restarts = await this.#attend(this.#process);
        code = await this.#process.ended;
        // A route file with its old path kept the server from starting, and has been corrected.
        const corrected = await this.#routeTypes.settled();
        if (this.#isStopping() || restarts || corrected) continue;
        if (this.#process.taken) {
          await this.#takeAnotherPort(this.#process.taken);
          continue;
        }
        await this.#watcher.everything(this.#world.cwd);
        this.#world.say(`${this.#howItEnded(this.#process, code)} It restarts when a file changes.`);
        code = 0;
        await this.#changed();
      }
      return this.#ended(code);
    } finally {
      forget();
      await this.#watcher.close();
    }
  }

  #howItEnded({ listened }: DevProcess, code: number): string {
    if (code !== 0 || listened) return `The server ended with exit code ${code}.`;
    return `${shown(this.#options.entry, this.#world.cwd)} ended without listening: does it \`await server.listen()\`?`;
  }

  /** Prints how the server ended. Being ended by the signal counts as a clean stop. */
  #ended(code: number): number {
    const clean = code === 0 || code === 128 + constants.signals[this.#stop?.signal ?? 'SIGINT'];
    this.#world.say(clean ? 'Stopped cleanly.' : `The server ended with exit code ${code}.`);
    return clean ? 0 : code;
  }

  #start(): DevProcess {
    const { cwd, output, say } = this.#world;
    const { host } = this.#options;
    return new DevProcess({
      file: this.#options.entry,
      cwd,
      nodeArgs: this.#options.nodeArgs,
      output,
      env: withDotenv(
        cwd,
        {
          ...this.#world.env,
          ...(this.#port !== undefined && { PORT: String(this.#port) }),
          ...(host !== undefined && { HOST: host }),
        },
        'development',
        say,
      ),
      onListening: (port, bound) => this.#compare(port, bound),
      onRouteFiles: (report) => this.#routeTypes.take(report),
    });
  }

  /** Resolves when a server has ended. @returns whether it was ended for a restart */
  async #attend(child: DevProcess): Promise<boolean> {
    const ended = child.ended.then(() => 'ended' as const);
    for (;;) {
      const event = await Promise.race([ended, this.#stopAsked, this.#watcher.next()]);
      if (event === 'ended') return false;
      if (event !== 'stop') {
        if (!(await this.#compiles('The running server is kept.'))) continue;
        this.#world.say(`${this.#names(event)} changed: restarting the server.`);
        child.signal('SIGTERM');
      }
      const timer = setTimeout(() => this.#world.say('Waiting for requests in flight.'), PATIENCE);
      await ended;
      clearTimeout(timer);
      return event !== 'stop';
    }
  }

  /** Resolves when a file has changed or the command is to stop. */
  async #changed(): Promise<void> {
    const event = await Promise.race([this.#stopAsked, this.#watcher.next()]);
    if (event !== 'stop') this.#world.say(`${this.#names(event)} changed.`);
  }

  #names(files: readonly string[]): string {
    return files.map((file) => shown(file, this.#world.cwd)).join(', ');
  }

  /** Reads which files the server consists of, and watches these; if they do not compile, watches everything. */
  async #compiles(otherwise: string): Promise<boolean> {
    const { cwd, say } = this.#world;
    // Changes up to now will be read.
    this.#watcher.take();
    try {
      const { files } = await readOwnCode([this.#options.entry], cwd);
      await this.#watcher.files([...files, ...dotenvFiles(cwd, 'development')]);
      return true;
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      await this.#watcher.everything(cwd);
      say(`${error.message}\n${otherwise}`);
      return false;
    }
  }

  async #takeAnotherPort({ port, host }: PortTaken): Promise<void> {
    const problem = `Port ${port} is taken by ${await describeOwner(port)}.`;
    if (this.#port !== undefined && this.#port !== port) {
      throw new CliError(`${problem} ${this.#ignoresPort(port)}`);
    }
    const next = await nextFreePort(port, host);
    if (!(await this.#options.mayTake(next, problem))) {
      throw new CliError(`${problem} Stop that process, or let the server use another port: --port auto`);
    }
    this.#port = next;
  }

  #compare(port: number, bound: string): void {
    if (this.#port && this.#port !== port) this.#world.say(this.#ignoresPort(port));
    const { entry, host } = this.#options;
    if (host !== undefined && /^(?:127\.|::1$)/.test(bound)) {
      this.#world.say(
        `${path.basename(entry)} listens on ${bound}, which only this machine can reach, instead of ${host} ` +
          "from process.env.HOST. Use it: createServer({ host: process.env.HOST ?? 'localhost', … })",
      );
    }
  }

  #ignoresPort(port: number): string {
    return (
      `${path.basename(this.#options.entry)} listens on port ${port} instead of ${String(this.#port)} from ` +
      `process.env.PORT. Use it: createServer({ port: Number(process.env.PORT ?? ${port}), … })`
    );
  }

  #isStopping(): boolean {
    return this.#stop !== undefined;
  }

  #onSignal(signal: NodeJS.Signals): void {
    const at = performance.now();
    if (this.#stop) {
      const isEcho = signal === this.#stop.signal && at - this.#stop.at < ECHO;
      if (!isEcho) this.#process?.signal('SIGKILL');
      return;
    }
    this.#stop = { signal, at };
    // The terminal has already sent Ctrl+C to the server. A second signal would end it at once.
    if (signal !== 'SIGINT' || !this.#world.terminal) this.#process?.signal(signal);
    this.#askStop();
  }
}
