import { createHash } from 'node:crypto';

import type { JobRecord, JobState } from '../job-store.ts';
import { shownJson } from '../payload.ts';

/** What is known of a job that is watched. `gone`: the store has no such job, or no longer. */
export interface JobUpdate<Progress = unknown> {
  readonly id: string;
  readonly state: JobState | 'gone';
  /** How often it has been tried; 0 before the first attempt. */
  readonly attempt: number;
  /** What it last reported. */
  readonly progress?: Progress | undefined;
  /** Different for each state, attempt and report, and the same in all processes: the id of an event. */
  readonly version: string;
}

/** @param job undefined if the store has none */
export function toUpdate<Progress>(id: string, job: JobRecord | undefined): JobUpdate<Progress> {
  const progress = job?.progress;
  const seen: Omit<JobUpdate<Progress>, 'version'> = {
    ...{ id, state: job?.state ?? 'gone', attempt: job?.attempt ?? 0 },
    ...(progress !== undefined && { progress: shownJson(progress) as Progress }),
  };
  const hash = createHash('sha256').update(JSON.stringify(seen)).digest('base64url');
  return { ...seen, version: hash.slice(0, 16) };
}

/** What watching needs. */
export interface WatchSettings {
  readonly id: string;
  /** The version that is known already. */
  readonly after: string | undefined;
  readonly read: () => Promise<JobRecord | undefined>;
  /** Calls back when the job may have changed. @returns ends it */
  readonly onChange: (listener: () => void) => () => void;
  /** Milliseconds after which to look although nobody has told of a change. */
  readonly pollInterval: number;
  /** One of them aborts when nobody watches any more. */
  readonly signals: readonly AbortSignal[];
}

/**
 * Watches a job until it has ended: first as it is, then at each change. A generator could not be ended while it waits, so this is
 * none.
 */
export class JobWatch<Progress> implements AsyncIterableIterator<JobUpdate<Progress>> {
  readonly #settings: WatchSettings;
  readonly #off: () => void;
  readonly #onAbort = (): void => this.#end();
  #isOver = false;
  #last: string | undefined;
  #hasRead = false;
  #wake: (() => void) | undefined;
  #hasChanged = true;
  /** Calls of `next()`, one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(settings: WatchSettings) {
    this.#settings = settings;
    this.#last = settings.after;
    this.#off = settings.onChange(() => {
      this.#hasChanged = true;
      this.#wake?.();
    });
    for (const signal of settings.signals) signal.addEventListener('abort', this.#onAbort, { once: true });
    if (settings.signals.some(({ aborted }) => aborted)) this.#end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<JobUpdate<Progress>, undefined>> {
    const next = this.#queue.then(() => this.#next());
    this.#queue = next.catch(() => undefined);
    return next;
  }

  return(): Promise<IteratorResult<JobUpdate<Progress>, undefined>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  async #next(): Promise<IteratorResult<JobUpdate<Progress>, undefined>> {
    while (!this.#isOver) {
      await this.#change();
      const update = await this.#read();
      if (!update) continue;
      if (update.state !== 'waiting' && update.state !== 'running') this.#end();
      if (update.version === this.#last) continue;
      this.#last = update.version;
      return { done: false, value: update };
    }
    return { done: true, value: undefined };
  }

  /** @returns undefined if there is nothing to tell, or it was ended */
  async #read(): Promise<JobUpdate<Progress> | undefined> {
    const { read, id } = this.#settings;
    if (this.#isOver) return undefined;
    this.#hasChanged = false;
    let job: JobRecord | undefined;
    try {
      job = await read();
    } catch (error) {
      // Once something was read, a store that is away only delays what comes next.
      if (!this.#hasRead) {
        this.#end();
        throw error;
      }
      return undefined;
    }
    // Meanwhile, that is.
    if (this.#hasEnded()) return undefined;
    this.#hasRead = true;
    return toUpdate(id, job);
  }

  #hasEnded(): boolean {
    return this.#isOver;
  }

  #change(): Promise<void> {
    if (this.#hasChanged) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, this.#settings.pollInterval);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #end(): void {
    this.#isOver = true;
    this.#off();
    for (const signal of this.#settings.signals) signal.removeEventListener('abort', this.#onAbort);
    this.#wake?.();
  }
}
