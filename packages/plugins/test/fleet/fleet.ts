import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** A worker that is up. */
export interface FleetWorker {
  readonly id: number;
  readonly pid: number;
  readonly url: string;
  readonly metricsUrl: string;
}

/** A primary in a process of its own, with workers. */
export class Fleet implements AsyncDisposable {
  readonly #primary: ChildProcess;
  /** Those that it was started with. */
  readonly workers: FleetWorker[] = [];
  #count = 0;

  private constructor(args: readonly string[]) {
    this.#primary = fork(new URL('primary.ts', import.meta.url), args, {
      execArgv: ['--conditions', '@blaizejs/source', '--import', import.meta.resolve('tsx')],
      env: { ...process.env, NODE_ENV: 'production' },
    });
    // A question for each worker that is on its way.
    this.#primary.setMaxListeners(50);
  }

  static async start(size: number, ...args: string[]): Promise<Fleet> {
    const fleet = new Fleet(args);
    for (let i = 0; i < size; i++) fleet.workers.push(await fleet.fork());
    return fleet;
  }

  fork(): Promise<FleetWorker> {
    return this.#do('fork', 0) as Promise<FleetWorker>;
  }

  /** With SIGKILL. */
  async kill({ id }: FleetWorker): Promise<void> {
    await this.#do('kill', id);
  }

  /** Gracefully. */
  async stop({ id }: FleetWorker): Promise<void> {
    await this.#do('stop', id);
  }

  /** Blocks its event loop for two seconds. */
  async pause({ id }: FleetWorker): Promise<void> {
    await this.#do('pause', id);
  }

  async #do(what: string, worker: number): Promise<unknown> {
    const id = (this.#count += 1);
    this.#primary.send({ do: what, worker, id });
    for (;;) {
      const [message] = (await once(this.#primary, 'message')) as [{ id: number; value: unknown }];
      if (message.id === id) return message.value;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#primary, 'exit');
    this.#primary.disconnect();
    await ended;
  }
}
