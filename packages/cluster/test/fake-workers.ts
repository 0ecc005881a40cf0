import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';

import type { LaunchSettings } from '../src/launch-worker.ts';
import { WorkerLife, type WorkerSurroundings } from '../src/worker-life.ts';

/** What runs in a worker without a process. */
export type FakeApp = (worker: FakeWorker) => unknown;

/** `process`, as what runs in a worker sees it. */
class FakeProcess extends EventEmitter {
  connected = true;
  argv: string[] = [];
  readonly execPath = 'node';
  readonly platform = 'linux';
  readonly #worker: FakeWorker;

  constructor(worker: FakeWorker) {
    super();
    this.#worker = worker;
  }

  send(message: unknown, _handle: unknown, _options: unknown, done: (error: Error | null) => void): boolean {
    this.#worker.deliver(this.#worker, message);
    done(null);
    return true;
  }

  exit(code: number): never {
    this.#worker.end(code, null);
    return undefined as never;
  }
}

/** A `Worker` of `node:cluster` whose other end runs in this process, too. */
export class FakeWorker extends EventEmitter {
  static last = 0;
  readonly id = ++FakeWorker.last;
  readonly settings: LaunchSettings;
  readonly inner = new FakeProcess(this);
  readonly shared = {};
  /** What it was killed with. */
  readonly killed: string[] = [];
  readonly process = {
    pid: this.id + 10_000,
    send: (message: unknown) => this.deliver(this.inner, message),
    kill: (signal: string) => {
      this.killed.push(signal);
      this.end(null, signal);
    },
  };
  /** Whether the process no longer does anything. */
  isStuck = false;
  exitedAfterDisconnect = false;
  #hasEnded = false;
  #watchers: ((message: unknown) => void)[] = [];

  constructor(settings: LaunchSettings, app: FakeApp) {
    super();
    this.settings = settings;
    const life = new WorkerLife({
      process: this.inner as unknown as WorkerSurroundings['process'],
      worker: this as unknown as Worker,
      shared: this.shared,
      watchServers: (watcher) => void this.#watchers.push(watcher),
      load: async () => app(this),
    });
    setImmediate(() => {
      life.run().catch(() => this.end(1, null));
    });
  }

  isConnected(): boolean {
    return this.inner.connected;
  }

  /** Plain servers close, then the process has nothing left to do. */
  disconnect(): void {
    this.end(0, null);
  }

  /** Delivers a message, in a later turn. */
  deliver(to: EventEmitter, message: unknown): void {
    if (this.isStuck || this.#hasEnded) return;
    const text = JSON.stringify(message);
    setImmediate(() => to.emit('message', JSON.parse(text)));
  }

  end(code: number | null, signal: string | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    setImmediate(() => {
      this.emit('exit', code, signal);
      this.inner.connected = false;
      this.emit('disconnect');
    });
  }

  /** As a server that publishes its state. */
  tellState(server: object, state: string): void {
    for (const watcher of this.#watchers) watcher({ server, state });
  }
}

/** A server of the framework: it listens at once, and drains at SIGTERM. */
export const serve: FakeApp = (worker) => {
  const server = {};
  worker.tellState(server, 'starting');
  worker.tellState(server, 'listening');
  worker.inner.on('SIGTERM', () => {
    worker.tellState(server, 'closing');
    worker.tellState(server, 'closed');
    worker.end(0, null);
  });
};

/** Launches workers without processes. */
export class FakeLauncher {
  readonly workers: FakeWorker[] = [];
  app: FakeApp = serve;

  readonly launch = (settings: LaunchSettings): Worker => {
    const worker = new FakeWorker(settings, (self) => this.app(self));
    this.workers.push(worker);
    return worker as unknown as Worker;
  };
}
