import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Server } from 'node:net';
import { constants } from 'node:os';

import { PrimaryBus, type WorkerAnswer } from './bus.ts';
import { ClusterError } from './cluster-error.ts';
import { openControl } from './control.ts';
import { ForkedWorker } from './fork-worker.ts';
import { createLog, type Log } from './log.ts';
import { type ClusterOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { type ClusterState, Supervisor, type WorkerInfo } from './supervisor.ts';

interface ClusterEvents {
  /** A process was started. */
  fork: [worker: { readonly id: number; readonly pid: number | undefined }];
  /** A process ended. */
  exit: [
    worker: { readonly id: number; readonly pid: number | undefined },
    code: number | null,
    signal: string | null,
  ];
  /** A worker sent a message that is not the cluster's own. */
  message: [worker: { readonly id: number; readonly pid: number | undefined }, message: unknown];
}

/** Workers, and the process that supervises them. */
export class Cluster extends EventEmitter<ClusterEvents> {
  readonly #options: ResolvedOptions;
  readonly #log: Log;
  readonly #supervisor: Supervisor;
  readonly #bus: PrimaryBus;
  readonly #live = new Map<number, ForkedWorker>();
  // Shared, so that a client can resume its session with any worker.
  readonly #ticketKeys = randomBytes(48).toString('base64');
  #control: Server | undefined;
  #signalled: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;

  constructor(options: ResolvedOptions) {
    super();
    this.#options = options;
    this.#log = createLog(options.logger);
    this.#bus = new PrimaryBus(() => this.#live.values());
    this.#bus.answer('cluster', () => ({ state: this.state, workers: this.workers }));
    this.#supervisor = new Supervisor({
      size: options.size,
      spawn: () => this.#fork(),
      backoff: { first: 500, max: options.maxBackoff, healthyAfter: 10_000, crashLoop: 5 },
      log: this.#log,
    });
  }

  get state(): ClusterState {
    return this.#supervisor.state;
  }

  get isReloading(): boolean {
    return this.#supervisor.isReloading;
  }

  /** The workers that serve, one for each place. Those that drain after a reload are not among them. */
  get workers(): readonly WorkerInfo[] {
    return this.#supervisor.workers;
  }

  /** Starts the workers; resolves when all are ready. @throws ClusterError if one does not start; the others are ended */
  async start(): Promise<this> {
    const { handleSignals, control } = this.#options;
    if (handleSignals) for (const signal of SIGNALS) process.on(signal, this.#onSignal);
    try {
      await this.#supervisor.start();
    } catch (error) {
      await this.close();
      throw error;
    }
    if (control !== '') {
      this.#control = await openControl(control, () => this.reload()).catch((error: unknown) => {
        this.#log('warn', `blaize reload will not work: ${(error as Error).message}`);
        return undefined;
      });
    }
    this.#log('info', `Cluster started: ${this.#options.size} workers, primary ${process.pid}`);
    return this;
  }

  /**
   * Replaces the workers one by one: starts a new one, waits until it is ready, drains the old one. During a reload, the next
   * one waits for it; further ones are the same as that.
   *
   * @throws ClusterError if a new worker does not start; the old ones that are left go on
   */
  reload(): Promise<void> {
    return this.#supervisor.reload();
  }

  /** Drains and ends all workers; those that take longer than `stopTimeout` are killed. */
  async close(): Promise<void> {
    await this.#supervisor.close();
    this.#control?.close();
    for (const signal of SIGNALS) if (!this.#signalled) process.off(signal, this.#onSignal);
  }

  /**
   * Asks all workers that are ready about a topic that they answer with `onAsk()` of `@blaizejs/cluster/worker`.
   *
   * @returns the answers that came within 1 s, and what the others and exited workers have kept
   */
  ask(topic: string, data?: unknown): Promise<readonly WorkerAnswer[]> {
    return this.#bus.ask(topic, data);
  }

  /** Sends a message to all workers, which get it as the event `message` of `process`. */
  broadcast(message: object): void {
    for (const worker of this.#live.values()) worker.send(message);
  }

  #fork(): ForkedWorker {
    const { entry, args, execArgv, env, startTimeout, stopTimeout, balance } = this.#options;
    const worker = new ForkedWorker({
      ...{ entry, args, execArgv, startTimeout, stopTimeout, balance },
      ticketKeys: this.#ticketKeys,
      env: { ...(typeof env === 'function' ? env() : env) },
      onMessage: (from, message) => {
        if (this.#bus.receive(from, message)) return;
        const isOwn = typeof (message as { blaize?: unknown } | null)?.blaize === 'string';
        if (!isOwn) this.emit('message', from, message);
      },
    });
    void worker.exited.then(({ code, signal }) => {
      this.#live.delete(worker.id);
      this.emit('exit', worker, code, signal);
    });
    void worker.gone.then(() => this.#bus.forget(worker.id));
    this.#live.set(worker.id, worker);
    this.emit('fork', worker);
    return worker;
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP') {
      // Its failure is in the log.
      this.reload().catch(() => undefined);
      return;
    }
    const at = performance.now();
    if (this.#signalled) {
      // npm forwards a Ctrl+C that the terminal has sent already.
      if (signal === this.#signalled.signal && at - this.#signalled.at < ECHO) return;
      this.#supervisor.kill();
      process.exit(128 + constants.signals[signal]);
    }
    this.#signalled = { signal, at };
    this.#log('info', `${signal}: the workers drain and end`);
    void this.close().then(() => process.exit(0));
  };
}

const SIGNALS = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).filter((signal) => signal in constants.signals);
const ECHO = 50;

/**
 * Creates a cluster: a primary process, this one, that keeps workers alive and replaces them without losing requests. The
 * workers run the file `entry`, which starts one or more servers.
 *
 * @throws ConfigurationError for invalid options; ClusterError in a worker
 */
export function createCluster(options: ClusterOptions): Cluster {
  if (cluster.isWorker) {
    throw new ClusterError(
      "Can't create a cluster in a worker. Give createCluster() another file than its own as `entry`.",
    );
  }
  return new Cluster(resolveOptions(options));
}
