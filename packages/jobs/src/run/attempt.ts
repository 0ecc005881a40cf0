import type { Logger, Services } from '@blaizejs/types';

import type { ResolvedQueue } from '../create-queue.ts';
import type { Job } from '../job.ts';
import { JobError } from '../job-error.ts';
import type { ClaimedJob } from '../job-store.ts';
import { decodePayload, encodePayload } from '../payload.ts';

/** How a handler ended. `left`: it has not, but is not waited for any longer. */
export type Ended =
  { readonly how: 'returned' } | { readonly how: 'threw' | 'left'; readonly error: unknown };

/** What an attempt needs of its worker. */
export interface AttemptSettings {
  readonly queue: ResolvedQueue;
  readonly services: Services;
  readonly log: Logger;
  /** When its lease ends, in milliseconds of `performance.now()`. */
  readonly leaseEnd: number;
  /** Keeps a report. Never rejects. */
  readonly report: (progress: string) => Promise<void>;
}

/** Milliseconds for a handler to settle after its signal has aborted. */
const PATIENCE = 100;

/** One attempt at a job: runs its handler for no longer than it may. */
export class Attempt {
  readonly claim: ClaimedJob;
  readonly #settings: AttemptSettings;
  readonly #abort = new AbortController();
  /** When the lease ends, in milliseconds of `performance.now()`. */
  leaseEnd: number;
  /** Why it was stopped. */
  stopped: 'lost' | 'closing' | 'timeout' | undefined;
  /** Whether the schema has refused the payload: another attempt would find the same one. */
  isRefused = false;
  #saving: Promise<void> | undefined;
  #unsaved: string | undefined;
  #isOver = false;
  #leave: (() => void) | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;

  constructor(claim: ClaimedJob, settings: AttemptSettings) {
    this.claim = claim;
    this.#settings = settings;
    this.leaseEnd = settings.leaseEnd;
  }

  /** Whether somebody else may have the job by now. */
  get isLost(): boolean {
    return this.stopped === 'lost' || performance.now() >= this.leaseEnd;
  }

  /**
   * Runs the handler. Never rejects.
   *
   * @param onLeft gets the promise of a handler that has not settled although it was stopped
   */
  async run(onLeft: (work: Promise<unknown>) => void): Promise<Ended> {
    const { queue } = this.#settings;
    let timer: ReturnType<typeof setTimeout> | undefined;
    if (queue.timeout > 0) {
      timer = setTimeout(() => {
        this.stop('timeout', 'ERR_BLAIZE_JOB_TIMEOUT', `took longer than ${queue.timeout} ms (\`timeout\`)`);
      }, queue.timeout);
    }
    const work = this.#handle();
    const settled: Promise<Ended> = work.then(
      () => ({ how: 'returned' }),
      (error: unknown) => ({ how: 'threw', error }),
    );
    const left = new Promise<undefined>((resolve) => (this.#leave = resolve as () => void));
    const ended = await Promise.race([settled, left]);
    clearTimeout(timer);
    clearTimeout(this.#patience);
    this.#isOver = true;
    if (ended) return ended;
    onLeft(work);
    return { how: 'left', error: this.#abort.signal.reason };
  }

  /** Aborts the signal. */
  stop(why: NonNullable<Attempt['stopped']>, code: JobError['code'], problem: string): void {
    if (this.stopped !== undefined || this.#isOver) return;
    this.stopped = why;
    const { queue, id } = this.claim;
    // A handler that heeds its signal settles within a few turns of the event loop.
    this.#patience = setTimeout(() => this.leave(), PATIENCE);
    this.#abort.abort(new JobError(code, `The job ${id} of "${queue}" ${problem}.`));
  }

  /** Waits no longer for the handler, if it was told to stop. */
  leave(): void {
    if (this.stopped !== undefined) this.#leave?.();
  }

  async #handle(): Promise<void> {
    const { queue: options, services, log } = this.#settings;
    const { id, queue, attempt, addedAt, payload: text } = this.claim;
    const payload = await decodePayload(text, { schema: options.payload, queue }).catch((error: unknown) => {
      this.isRefused = true;
      throw error;
    });
    const job: Job<unknown, unknown> = {
      ...{ id, queue, payload, attempt, services, log },
      addedAt: new Date(addedAt),
      signal: this.#abort.signal,
      report: (progress) => this.#report(progress),
    };
    await options.handler(job);
  }

  async #report(progress: unknown): Promise<void> {
    const { queue } = this.#settings;
    const settings = { schema: queue.progress, queue: this.claim.queue, limit: queue.payloadLimit };
    const text = await encodePayload(progress, settings);
    if (this.#isOver) return;
    this.#unsaved = text;
    await (this.#saving ??= this.#save());
  }

  /** One call of the store at a time, however often a handler reports. */
  async #save(): Promise<void> {
    for (let text; (text = this.#unsaved) !== undefined;) {
      this.#unsaved = undefined;
      await this.#settings.report(text);
    }
    this.#saving = undefined;
  }
}
