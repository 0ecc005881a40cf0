import { createHash, randomUUID } from 'node:crypto';

import {
  checkOptions,
  is,
  isInteger,
  limit,
  oneOf,
  options as shapeOf,
  orElse,
  optional,
} from '@blaizejs/errors/internal';

import { delay as delayCheck } from './backoff.ts';
import type { ResolvedQueue } from './create-queue.ts';
import type { JobCounts, JobRecord } from './job-store.ts';
import { encodePayload, shownJson } from './payload.ts';
import type { AddedJob, AddOptions, DeadJobs, JobInfo, Queue, WatchOptions } from './queue.ts';
import type { JobEvents } from './run/job-events.ts';
import { JobWatch, type JobUpdate, toUpdate } from './run/watch-job.ts';
import type { GuardedStore } from './stores/guarded-store.ts';

const MAX_KEY = 1000;
const PRIORITIES = { high: 1, normal: 2, low: 3 } as const;

const addShape = shapeOf(
  {
    delay: orElse(delayCheck, 0),
    priority: orElse(oneOf('high', 'normal', 'low'), 'normal'),
    key: optional(
      is<string>(`a string of 1 to ${MAX_KEY} characters`, (value) => {
        return typeof value === 'string' && value.length > 0 && value.length <= MAX_KEY;
      }),
    ),
  },
  'an object such as { delay: 60_000 }',
);
const listShape = shapeOf(
  {
    limit: limit(100, 1000),
    offset: orElse(
      is<number>('a whole number', (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER)),
      0,
    ),
  },
  'an object such as { limit: 20 }',
);
const watchShape = shapeOf(
  {
    signal: optional(is<AbortSignal>('an AbortSignal', (value) => value instanceof AbortSignal)),
    after: optional(is<string>('the version of an update', (value) => typeof value === 'string')),
  },
  'an object such as { signal: ctx.request.signal }',
);

/** What a queue needs. */
export interface StoreQueueSettings {
  readonly name: string;
  readonly queue: ResolvedQueue;
  readonly store: GuardedStore;
  readonly events: JobEvents;
  readonly pollInterval: number;
  /** Aborts when the server drains. */
  readonly draining: () => AbortSignal;
  /** Something was added: a worker should look. */
  readonly onAdded: () => void;
}

/** A queue over a store. */
export class StoreQueue implements Queue {
  readonly name: string;
  readonly dead: DeadJobs;
  readonly #settings: StoreQueueSettings;

  constructor(settings: StoreQueueSettings) {
    this.name = settings.name;
    this.#settings = settings;
    this.dead = {
      list: (options) => this.#listDead(options),
      retry: (id) => this.#retry(id),
      remove: async (id) => (await this.get(id))?.state === 'dead' && (await this.remove(id)),
    };
  }

  async add(payload?: unknown, options: AddOptions = {}): Promise<AddedJob> {
    const { name, queue, store, onAdded } = this.#settings;
    const { delay, priority, key } = checkOptions(addShape, options);
    const text = await encodePayload(payload, {
      ...{ schema: queue.payload, queue: name, limit: queue.payloadLimit },
    });
    // A hash has none of the characters that mean something to a store.
    const id =
      key === undefined ? randomUUID() : `key-${createHash('sha256').update(key).digest('base64url')}`;
    const job = { id, queue: name, payload: text, priority: PRIORITIES[priority], delay };
    const isNew = await store.call('add a job', (each) => each.add(job));
    if (isNew) onAdded();
    return { id, isNew };
  }

  async get(id: string): Promise<JobInfo | undefined> {
    const job = await this.#read(id);
    return job && toInfo(job);
  }

  watch(id: string, options: WatchOptions = {}): AsyncIterableIterator<JobUpdate> {
    const { signal, after } = checkOptions(watchShape, options);
    const { events, pollInterval, draining } = this.#settings;
    return new JobWatch({
      ...{ id, pollInterval, after },
      read: () => this.#read(id),
      onChange: (listener) => events.on(this.name, id, listener),
      signals: signal ? [signal, draining()] : [draining()],
    });
  }

  async remove(id: string): Promise<boolean> {
    const removed = isId(id) && (await this.#call('remove a job', (store) => store.remove(this.name, id)));
    if (removed) this.#settings.events.emit(this.name, id);
    return removed;
  }

  count(): Promise<JobCounts> {
    return this.#call('count jobs', (store) => store.count(this.name));
  }

  async #listDead(options: object = {}): Promise<readonly JobInfo[]> {
    const page = checkOptions(listShape, options);
    const jobs = await this.#call('list jobs', (store) => store.listDead(this.name, page));
    return jobs.map(toInfo);
  }

  async #retry(id: string): Promise<boolean> {
    const revived = isId(id) && (await this.#call('retry a job', (store) => store.revive(this.name, id)));
    if (revived) {
      this.#settings.events.emit(this.name, id);
      this.#settings.onAdded();
    }
    return revived;
  }

  async #read(id: string): Promise<JobRecord | undefined> {
    return isId(id) ? this.#call('read a job', (store) => store.get(this.name, id)) : undefined;
  }

  #call<T>(what: string, call: Parameters<typeof GuardedStore.prototype.call<T>>[1]): Promise<T> {
    return this.#settings.store.call(what, call);
  }
}

/** Ids may come from clients. */
function isId(id: unknown): id is string {
  return typeof id === 'string' && /^[\w-]{1,200}$/.test(id);
}

function toInfo(job: JobRecord): JobInfo {
  const { addedAt, payload, error } = job;
  return {
    ...toUpdate(job.id, job),
    state: job.state,
    addedAt: new Date(addedAt),
    payload: payload === '' ? undefined : shownJson(payload),
    ...(error !== undefined && { error }),
  };
}
