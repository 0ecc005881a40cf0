import { constants } from 'node:os';
import path from 'node:path';

import { CliError } from '../cli-error.ts';
import { dotenvFile, withDotenv } from '../dotenv.ts';
import { readOwnCode } from '../own-code.ts';
import { shown } from '../project.ts';
import type { World } from '../world.ts';
import { DevProcess, type PortTaken } from './dev-process.ts';
import { nextFreePort } from './free-port.ts';
import { describeOwner } from './port-owner.ts';
import { RouteTypesKeeper } from './route-types-keeper.ts';
import { SourceWatcher } from './source-watcher.ts';

/** What is supervised, and how. */
export interface SupervisorOptions {
  /** The server file, absolute. */
  readonly entry: string;
  /** What Node is told before it. */
  readonly nodeArgs: readonly string[];
  /** What the server finds in `PORT`; undefined leaves it as it is. */
  readonly port: number | undefined;
  /** What the server finds in `HOST`; undefined leaves it as it is. */
  readonly host: string | undefined;
  /** Asked where the server's port is taken, with one that is free. */
  readonly mayTake: (port: number, problem: string) => Promise<boolean>;
}

// Milliseconds after which it is said what is waited for.
const PATIENCE = 1_000;
// Milliseconds. npm passes on a Ctrl+C that the terminal has sent to everybody: within this time it is the same one.
const ECHO = 300;

/**
 * Runs a server in a process of its own, and restarts it when something changes that hot reload does not reach: the
 * server file, all that it imports, and `.env`. What runs then ends in order first, with its last request. Code that does not
 * compile ends nothing.
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
      world.say(`Not all files can be watched: ${error instanceof Error ? error.message : String(error)}`),
    );
    this.#stopAsked = new Promise((resolve) => (this.#askStop = () => resolve('stop')));
  }

  /**
   * Resolves when it was told to stop.
   *
   * @returns the exit code of the server that ran last
   * @throws CliError where no change of the code can make it run
   */
  async run(): Promise<number> {
    const forget = this.#world.onSignal((signal) => this.#onSignal(signal));
    let code = 0;
    try {
      while (!this.#isStopping()) {
        if (!(await this.#compiles('It is started when that has changed.'))) {
          await this.#changed();
          continue;
        }
        if (this.#isStopping()) break;
        this.#process = this.#start();
        const restarts = await this.#attend(this.#process);
        code = await this.#process.ended;
        // A file that named the path where it was before has kept the server from starting.
        const corrected = await this.#routeTypes.settled();
        if (this.#isStopping() || restarts || corrected) continue;
        if (this.#process.taken) {
          await this.#takeAnotherPort(this.#process.taken);
          continue;
        }
        await this.#watcher.everything(this.#world.cwd);
        this.#world.say(`The server ended with exit code ${code}. It is started again when a file changes.`);
        code = 0;
        await this.#changed();
      }
      return this.#ended(code);
    } finally {
      forget();
      await this.#watcher.close();
    }
  }

  /** Says how it ended. A server that a signal ended has done what it was told. */
  #ended(code: number): number {
    const clean = code === 0 || code === 128 + constants.signals[this.#stop?.signal ?? 'SIGINT'];
    this.#world.say(clean ? 'Stopped cleanly.' : `The server ended with exit code ${code}.`);
    return clean ? 0 : code;
  }

  #start(): DevProcess {
    const { cwd, output } = this.#world;
    const { host } = this.#options;
    return new DevProcess({
      file: this.#options.entry,
      cwd,
      nodeArgs: this.#options.nodeArgs,
      output,
      env: {
        ...withDotenv(cwd, this.#world.env),
        ...(this.#port !== undefined && { PORT: String(this.#port) }),
        ...(host !== undefined && { HOST: host }),
      },
      onListening: (port, bound) => this.#compare(port, bound),
      onRouteFiles: (report) => this.#routeTypes.take(report),
    });
  }

  /** Resolves when a server has ended. @returns whether it was ended for code that has changed */
  async #attend(child: DevProcess): Promise<boolean> {
    const ended = child.ended.then(() => 'ended' as const);
    for (;;) {
      const event = await Promise.race([ended, this.#stopAsked, this.#watcher.next()]);
      if (event === 'ended') return false;
      if (event !== 'stop') {
        if (!(await this.#compiles('The server that runs is kept.'))) continue;
        this.#world.say(`${this.#names(event)} changed: the server restarts.`);
        child.signal('SIGTERM');
      }
      const timer = setTimeout(() => this.#world.say('Waiting for requests in flight.'), PATIENCE);
      await ended;
      clearTimeout(timer);
      return event !== 'stop';
    }
  }

  /** Resolves when there is a reason to try again. */
  async #changed(): Promise<void> {
    const event = await Promise.race([this.#stopAsked, this.#watcher.next()]);
    if (event !== 'stop') this.#world.say(`${this.#names(event)} changed.`);
  }

  #names(files: readonly string[]): string {
    return files.map((file) => shown(file, this.#world.cwd)).join(', ');
  }

  /** Reads what the server consists of, and watches just that, or everything until it compiles. */
  async #compiles(otherwise: string): Promise<boolean> {
    const { cwd, say } = this.#world;
    // What has changed by now is read.
    this.#watcher.take();
    try {
      const { files } = await readOwnCode([this.#options.entry], cwd);
      await this.#watcher.files([...files, dotenvFile(cwd)]);
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
      throw new CliError(`${problem} Stop it, or let the server take another one: --port auto`);
    }
    this.#port = next;
  }

  #compare(port: number, bound: string): void {
    if (this.#port && this.#port !== port) this.#world.say(this.#ignoresPort(port));
    const { entry, host } = this.#options;
    if (host !== undefined && /^(?:127\.|::1$)/.test(bound)) {
      this.#world.say(
        `${path.basename(entry)} listens on ${bound}, which only this machine reaches, and not on ${host}, which it ` +
          "was given in process.env.HOST. Let it: createServer({ host: process.env.HOST ?? 'localhost', … })",
      );
    }
  }

  #ignoresPort(port: number): string {
    return (
      `${path.basename(this.#options.entry)} listens on ${port} and not on ${String(this.#port)}, which it was given in ` +
      `process.env.PORT. Let it: createServer({ port: Number(process.env.PORT ?? ${port}), … })`
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
    // A terminal sends its Ctrl+C to the server as well, to which a second one means: now.
    if (signal !== 'SIGINT' || !this.#world.terminal) this.#process?.signal(signal);
    this.#askStop();
  }
}
