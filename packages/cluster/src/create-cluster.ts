import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Server } from 'node:net';

import type { WorkerAnswer } from '@blaizejs/types/internal';

import { PrimaryBus } from './bus.ts';
import { ClusterError } from './cluster-error.ts';
import { openControl } from './control.ts';
import { ForkedWorker } from './fork-worker.ts';
import { type Launch, launchWorker } from './launch-worker.ts';
import { createLog, type Log } from './log.ts';
import type { TicketKeysMessage } from './messages.ts';
import { type ClusterOptions, type ResolvedOptions, resolveOptions } from './options.ts';
import { PrimarySignals, type SignalledProcess } from './primary-signals.ts';
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

/** What a cluster needs of Node. */
export interface Surroundings {
  readonly launch: Launch;
  readonly process: SignalledProcess;
}

/** Workers, and the process that supervises them. */
export class Cluster extends EventEmitter<ClusterEvents> {
  readonly #options: ResolvedOptions;
  readonly #log: Log;
  readonly #supervisor: Supervisor;
  readonly #bus: PrimaryBus;
  readonly #live = new Map<number, ForkedWorker>();
  // Shared, so that a client can resume its session with any worker.
  #ticketKeys = createTicketKeys();
  #renewal: NodeJS.Timeout | undefined;
  readonly #launch: Launch;
  readonly #signals: PrimarySignals;
  #control: Server | undefined;

  constructor(options: ResolvedOptions, { launch, process }: Surroundings) {
    super();
    this.#options = options;
    this.#launch = launch;
    this.#log = createLog(options.logger);
    this.#bus = new PrimaryBus(() => this.#live.values());
    this.#bus.answer('cluster', () => ({ state: this.state, workers: this.workers }));
    this.#supervisor = new Supervisor({
      size: options.size,
      spawn: () => this.#fork(),
      backoff: { first: 500, max: options.maxBackoff, healthyAfter: 10_000, crashLoop: 5 },
      log: this.#log,
    });
    this.#signals = new PrimarySignals(
      {
        reload: () => this.reload(),
        close: (signal) => {
          this.#log('info', `${signal}: the workers drain and end`);
          return this.close();
        },
        kill: () => this.#supervisor.kill(),
      },
      process,
    );
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
    if (this.state !== 'new') throw new ClusterError(`Can't start: the cluster is ${this.state}.`);
    if (handleSignals) this.#signals.listen();
    this.#renewal = setInterval(() => this.#renewTicketKeys(), TICKET_KEY_LIFETIME).unref();
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
    clearInterval(this.#renewal);
    this.#control?.close();
    this.#signals.release();
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

  #renewTicketKeys(): void {
    this.#ticketKeys = createTicketKeys();
    this.broadcast({ blaize: 'ticketKeys', ticketKeys: this.#ticketKeys } satisfies TicketKeysMessage);
  }

  #fork(): ForkedWorker {
    const { entry, args, execArgv, env, startTimeout, stopTimeout, balance } = this.#options;
    const launched = this.#launch({
      ...{ execArgv, balance },
      // An app sees by it that it runs in a worker.
      env: { ...(typeof env === 'function' ? env() : env), BLAIZE_CLUSTER: '1' },
    });
    const worker = new ForkedWorker(launched, {
      ...{ entry, args, startTimeout, stopTimeout },
      ticketKeys: () => this.#ticketKeys,
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
}

// RFC 9325 section 7.4 wants ticket keys replaced. As long as a server of one process keeps its own.
const TICKET_KEY_LIFETIME = 12 * 3_600_000;

function createTicketKeys(): string {
  return randomBytes(48).toString('base64');
}

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
  return new Cluster(resolveOptions(options), { launch: launchWorker, process });
}
