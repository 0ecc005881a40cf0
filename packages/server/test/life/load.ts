import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What the clients do. */
export interface LoadOptions {
  readonly protocol: 'http1' | 'http2';
  readonly port: number;
  readonly ca: string;
  readonly clients: number;
  readonly seconds: number;
}

/** Clients in another process, which ask for `/` without a pause. */
export class Load implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts the process, and opens the connections. */
  static async prepare(options: LoadOptions): Promise<Load> {
    const load = new Load(
      fork(new URL('load.mjs', import.meta.url), [JSON.stringify(options)], { execArgv: [] }),
    );
    await load.#message();
    return load;
  }

  /** @returns how many milliseconds the answers took, by status */
  async run(): Promise<Readonly<Record<number, readonly number[]>>> {
    this.#child.send('start');
    return (await this.#message()) as Record<number, number[]>;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }

  async #message(): Promise<unknown> {
    const abort = new AbortController();
    const { signal } = abort;
    const ended = once(this.#child, 'exit', { signal }).then(([code]) => {
      throw new Error(`The load ended with status ${String(code)}.`);
    });
    try {
      const [message] = (await Promise.race([once(this.#child, 'message', { signal }), ended])) as [unknown];
      return message;
    } finally {
      abort.abort();
      ended.catch(() => undefined);
    }
  }
}

/** The time that so many percent of the times don't exceed; 0 if there are none. */
export function percentile(times: readonly number[], percent: number): number {
  const sorted = [...times].sort((one, other) => one - other);
  return sorted[Math.ceil((sorted.length * percent) / 100) - 1] ?? 0;
}
