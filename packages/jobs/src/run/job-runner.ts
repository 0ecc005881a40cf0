import { encodePayload } from '../payload.ts';
import type { PluginHooks, PluginTarget } from '@blaizejs/types';

import { JobError } from '../job-error.ts';
import type { ResolvedQueue } from '../create-queue.ts';
import type { QueueState } from '../jobs.ts';
import type { ResolvedJobs } from '../jobs-options.ts';
import { registerMetrics } from '../metrics.ts';
import type { Queue } from '../queue.ts';
import { Scheduler } from '../schedule/scheduler.ts';
import { StoreQueue } from '../store-queue.ts';
import { GuardedStore } from '../stores/guarded-store.ts';
import { JobEvents } from './job-events.ts';
import { QueueStats } from './queue-stats.ts';
import { Worker } from './worker.ts';

/** The queues of one server: starts and stops with it. */
export class JobRunner {
  /** By name. */
  readonly queues: Readonly<Record<string, Queue>>;
  readonly #server: PluginTarget;
  readonly #options: ResolvedJobs;
  readonly #store: GuardedStore;
  readonly #events = new JobEvents();
  readonly #stats = new Map<string, QueueStats>();
  readonly #workers = new Map<string, Worker>();
  readonly #draining = new AbortController();
  #schedulers: readonly Scheduler[] = [];
  #unregister: (() => void) | undefined;

  constructor(server: PluginTarget, options: ResolvedJobs) {
    this.#server = server;
    this.#options = options;
    this.#store = new GuardedStore(options.store, options.storeTimeout);
    const entries = [...options.queues].map(([name, queue]) => [name, this.#create(name, queue)] as const);
    this.queues = Object.freeze(Object.fromEntries(entries));
  }

  get hooks(): PluginHooks {
    const { events } = this.#server;
    return {
      initialize: async () => {
        await this.#store.open([...this.#options.queues.keys()]);
        if (this.#options.work) this.#schedulers = await this.#readSchedules();
        const { registry } = this.#options;
        const count = (name: string) => this.#store.call('count jobs', (store) => store.count(name));
        if (registry) this.#unregister = registerMetrics(registry, { stats: this.#stats, count });
        events.on('closing', this.#onClosing);
        events.on('draining', this.#onDraining);
        events.on('stopping', this.#onStopping);
      },
      onServerStart: () => {
        if (!this.#options.work) return;
        for (const worker of this.#workers.values()) worker.start();
        for (const scheduler of this.#schedulers) scheduler.start();
      },
      onServerStop: () => this.#stop(),
      terminate: async () => {
        events.off('closing', this.#onClosing);
        events.off('draining', this.#onDraining);
        events.off('stopping', this.#onStopping);
        this.#unregister?.();
        await this.#stop();
        await this.#store.close();
      },
    };
  }

  get state(): Readonly<Record<string, QueueState>> {
    return Object.fromEntries(
      [...this.#stats].map(([name, { running, stuck, isFailing }]) => {
        return [name, { running, stuck, failing: isFailing }];
      }),
    );
  }

  /** Rejects if the store does not answer, or a queue takes no more jobs. */
  async ping(): Promise<void> {
    const [first = ''] = this.#options.queues.keys();
    await this.#store.call('count jobs', (store) => store.count(first));
    for (const [name, { stuck, isFailing }] of this.#stats) {
      // A disk that is full can still be read.
      if (isFailing)
        throw new JobError('ERR_BLAIZE_JOB_STORE', `The store of jobs failed to take jobs of "${name}".`);
      if (stuck < (this.#options.queues.get(name)?.concurrency ?? Infinity)) continue;
      throw new Error(`The queue "${name}" takes no more jobs: its handlers ignore their signal.`);
    }
  }

  readonly #onClosing = (): void => {
    for (const scheduler of this.#schedulers) scheduler.stop();
    for (const worker of this.#workers.values()) worker.stopTaking();
  };

  /** The server waits for its listeners as long as it waits for requests. */
  readonly #onDraining = async (): Promise<void> => {
    this.#onClosing();
    this.#draining.abort();
    await Promise.all([...this.#workers.values()].map((worker) => worker.idle()));
  };

  /** The time for requests is over. */
  readonly #onStopping = (): Promise<void> => this.#stop();

  async #stop(): Promise<void> {
    this.#onClosing();
    this.#draining.abort();
    await Promise.all([...this.#workers.values()].map((worker) => worker.stop()));
  }

  #create(name: string, queue: ResolvedQueue): Queue {
    const { lease, pollInterval } = this.#options;
    const stats = new QueueStats();
    this.#stats.set(name, stats);
    const shared = { name, queue, store: this.#store, events: this.#events, pollInterval };
    const { services } = this.#server;
    const worker = new Worker({ ...shared, lease, services, log: () => this.#server.log, stats });
    this.#workers.set(name, worker);
    return new StoreQueue({ ...shared, draining: () => this.#draining.signal, onAdded: worker.wake });
  }

  /** @throws JobError `ERR_BLAIZE_JOB_PAYLOAD` if the payload of a schedule does not fit */
  async #readSchedules(): Promise<readonly Scheduler[]> {
    const found: Scheduler[] = [];
    for (const [queue, { schedules, payload: schema, payloadLimit: limit }] of this.#options.queues) {
      for (const [name, { payload, ...schedule }] of Object.entries(schedules)) {
        const text = await encodePayload(payload, { schema, queue, limit });
        const onAdded = (): void => this.#workers.get(queue)?.wake();
        const { log } = this.#server;
        const settings = { ...schedule, queue, name, payload: text, store: this.#store, onAdded };
        found.push(new Scheduler({ ...settings, log: () => log }));
      }
    }
    return found;
  }
}
