import type { Worker } from 'node:cluster';

import type { ListeningMessage, Report, StartMessage, StopMessage } from './messages.ts';
import type { Exit, WorkerProcess, WorkerState } from './supervisor.ts';

/** What a worker is told, and how its primary treats it. */
export interface ForkSettings extends Omit<StartMessage, 'blaize' | 'ticketKeys'> {
  /** Called when the worker is told, which is a while after its launch. */
  readonly ticketKeys: () => string;
  readonly startTimeout: number;
  /** Called with messages that are not about the worker's own life. */
  readonly onMessage: (worker: ForkedWorker, message: unknown) => void;
}

/** A worker of `node:cluster`. */
export class ForkedWorker implements WorkerProcess {
  readonly worker: Worker;
  readonly since = Date.now();
  readonly ready: Promise<void>;
  readonly exited: Promise<Exit>;
  /** Resolves when it has exited and all that it sent was read. */
  readonly gone: Promise<void>;
  readonly #stopTimeout: number;
  #state: WorkerState = 'starting';
  #isListening = false;
  #hasBeenReady = false;
  #stopping: Promise<Exit> | undefined;

  /** @param worker a process that was just launched */
  constructor(worker: Worker, { startTimeout, onMessage, ticketKeys, ...start }: ForkSettings) {
    this.worker = worker;
    this.#stopTimeout = start.stopTimeout;
    this.exited = new Promise((resolve) => {
      this.worker.once('exit', (code: number | null, signal: string | null) => resolve({ code, signal }));
      // It could not be spawned: there will be no exit.
      this.worker.on('error', () => {
        if (this.pid === undefined) resolve({ code: 1, signal: null });
      });
    });
    this.worker.on('listening', () => this.send({ blaize: 'listening' } satisfies ListeningMessage));
    // What it sent last may be read after its exit.
    const disconnected = new Promise<void>((resolve) => this.worker.once('disconnect', resolve));
    this.gone = this.exited.then(() => (this.#hasMore() ? disconnected : undefined));
    this.ready = this.#whenReady(startTimeout);
    this.worker.on('message', (message: unknown) => {
      // What is sent before a worker listens is lost.
      if ((message as Report | undefined)?.blaize === 'hello') {
        this.#isListening = true;
        this.send({ blaize: 'start', ...start, ticketKeys: ticketKeys() } satisfies StartMessage);
      } else onMessage(this, message);
    });
  }

  get id(): number {
    return this.worker.id;
  }

  get pid(): number | undefined {
    return this.worker.process.pid;
  }

  get state(): WorkerState {
    return this.#state;
  }

  get hasBeenReady(): boolean {
    return this.#hasBeenReady;
  }

  /** Sends a message, if the worker can still get it. */
  send(message: object): void {
    if (this.worker.isConnected()) this.worker.process.send(message, undefined, undefined, () => undefined);
  }

  stop(): Promise<Exit> {
    return (this.#stopping ??= this.#stop());
  }

  kill(): void {
    this.worker.process.kill('SIGKILL');
  }

  async #stop(): Promise<Exit> {
    // What is sent before it listens is lost; and it has nothing to drain.
    if (!this.#isListening) this.kill();
    this.#state = 'draining';
    this.send({ blaize: 'stop' } satisfies StopMessage);
    const timer = setTimeout(() => this.kill(), this.#stopTimeout);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  #hasMore(): boolean {
    return this.pid !== undefined && this.worker.isConnected();
  }

  #whenReady(startTimeout: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let failure: string | undefined;
      let waiting = 'its process has not started';
      const timer = setTimeout(() => {
        reject(new Error(`it was not ready after ${startTimeout} ms: ${waiting}`));
      }, startTimeout);
      this.worker.on('error', (error: Error) => (failure ??= error.message));
      this.worker.on('message', (message: unknown) => {
        const report = message as Report | undefined;
        if (report?.blaize === 'waiting') waiting = report.reason;
        else if (report?.blaize === 'failed') failure = report.reason;
        else if (report?.blaize === 'draining') this.#state = 'draining';
        else if (report?.blaize === 'ready') {
          clearTimeout(timer);
          this.#hasBeenReady = true;
          if (this.#state === 'starting') this.#state = 'ready';
          resolve();
        }
      });
      // By then, the reason that it gave is known.
      void this.gone.then(async () => {
        clearTimeout(timer);
        const { code, signal } = await this.exited;
        const how = signal ? `it was ended by ${signal}` : `it exited with code ${String(code)}`;
        reject(new Error(failure ?? `${how} before it was ready`));
      });
    });
  }
}
