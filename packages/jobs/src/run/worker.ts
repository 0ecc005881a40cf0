import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as wait } from 'node:timers/promises';

import { logError, logLine } from '@blaizejs/context/internal';
import type { Logger, Services } from '@blaizejs/types';

import { backoff } from '../backoff.ts';
import type { ResolvedQueue } from '../create-queue.ts';
import type { ClaimedJob, ClaimResult, JobStore } from '../job-store.ts';
import type { GuardedStore } from '../stores/guarded-store.ts';
import { Attempt } from './attempt.ts';
import type { JobEvents } from './job-events.ts';
import { outcomeOf } from './outcome.ts';
import type { QueueStats } from './queue-stats.ts';

/** What a worker needs. */
export interface WorkerSettings {
  readonly name: string;
  readonly queue: ResolvedQueue;
  readonly store: GuardedStore;
  /** Milliseconds for which it has a job; it renews this while the job runs. */
  readonly lease: number;
  /** Milliseconds after which it looks for jobs although nobody has told it of any. */
  readonly pollInterval: number;
  readonly services: Services;
  readonly log: () => Logger;
  readonly events: JobEvents;
  readonly stats: QueueStats;
}

/** The pauses after the store has failed. */
const AWAY = { delay: 200, factor: 2, max: 10_000, jitter: 0.5 };

/** Takes the jobs of one queue and runs them. */
export class Worker {
  readonly #settings: WorkerSettings;
  readonly #running = new Set<Attempt>();
  readonly #idle = new Set<() => void>();
  /** Runs something outside of the request that has caused it. */
  readonly #outside = AsyncLocalStorage.snapshot() as <T>(run: () => T) => T;
  readonly #stopping = new AbortController();
  #isTaking = false;
  #isLooking = false;
  #looksAgain = false;
  #failures = 0;
  #claiming: Promise<ClaimResult & { readonly leaseEnd: number }> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #renewal: ReturnType<typeof setInterval> | undefined;

  constructor(settings: WorkerSettings) {
    this.#settings = settings;
  }

  start(): void {
    const { lease, name, store } = this.#settings;
    this.#isTaking = true;
    this.#renewal = setInterval(() => this.#renew(), lease / 3);
    store.store.watch?.(name, () => this.wake());
    this.wake();
  }

  /** Looks for jobs now. */
  readonly wake = (): void => {
    this.#outside(() => void this.#look());
  };

  /** Takes no more jobs; those that run go on. */
  stopTaking(): void {
    this.#isTaking = false;
    clearTimeout(this.#timer);
  }

  /** Resolves when no job runs. */
  idle(): Promise<void> {
    if (this.#running.size === 0 && !this.#isLooking) return Promise.resolve();
    return new Promise((resolve) => this.#idle.add(resolve));
  }

  /** Aborts the jobs that run, and gives back those that do not finish. Called again, it does so at once. */
  async stop(): Promise<void> {
    this.stopTaking();
    for (const attempt of this.#running) {
      if (this.#stopping.signal.aborted) attempt.leave();
      attempt.stop('closing', 'ERR_BLAIZE_JOB_ABORTED', 'was stopped, as the server stops');
    }
    this.#stopping.abort();
    await this.idle();
    clearInterval(this.#renewal);
  }

  async #look(): Promise<void> {
    if (!this.#isTaking || this.#isLooking) {
      this.#looksAgain = true;
      return;
    }
    const { queue, store, pollInterval, stats } = this.#settings;
    // If handlers hang, nothing more is started, lest they pile up.
    const limit = stats.stuck >= queue.concurrency ? 0 : queue.concurrency - this.#running.size;
    if (limit <= 0) return;
    clearTimeout(this.#timer);
    this.#isLooking = true;
    this.#looksAgain = false;
    let pause: number;
    try {
      const {
        jobs,
        next = Infinity,
        leaseEnd,
      } = await store.call('take jobs', (each) => this.#claim(each, limit));
      this.#isBack();
      for (const job of jobs) void this.#run(job, leaseEnd);
      pause = Math.min(next, pollInterval);
    } catch (error) {
      pause = this.#isAway(error);
    }
    this.#isLooking = false;
    this.#tellIdle();
    this.#lookAfter(pause);
  }

  #lookAfter(pause: number): void {
    if (!this.#isTaking) return;
    if (this.#looksAgain && this.#failures === 0) this.wake();
    else this.#timer = setTimeout(this.wake, Math.max(1, Math.ceil(pause)));
  }

  /** A call that takes too long is not made again: it may still take jobs, which nobody would run until their lease ends. */
  #claim(store: JobStore, limit: number): Promise<ClaimResult & { readonly leaseEnd: number }> {
    const { name, lease } = this.#settings;
    const leaseEnd = performance.now() + lease;
    this.#claiming ??= store
      .claim(name, { limit, lease })
      .then((result) => ({ ...result, leaseEnd }))
      .finally(() => (this.#claiming = undefined));
    return this.#claiming;
  }

  async #run(claim: ClaimedJob, leaseEnd: number): Promise<void> {
    const { name, queue, store, services, log, events, stats } = this.#settings;
    const jobLog = log().child({ queue: name, job: claim.id });
    const report = async (progress: string): Promise<void> => {
      await store.call('keep a report', (each) => each.report(claim, progress)).catch(() => undefined);
      events.emit(name, claim.id);
    };
    const attempt = new Attempt(claim, { queue, services, log: jobLog, leaseEnd, report });
    this.#running.add(attempt);
    stats.running += 1;
    events.emit(name, claim.id);
    const began = performance.now();
    const ended =
      claim.attempt > queue.attempts || !this.#isTaking
        ? undefined
        : await attempt.run((work) => this.#leave(work));
    const { end, outcome, error } = outcomeOf(attempt, ended, { queue, isTaking: this.#isTaking });
    if (end === 'dead' || end === 'retried') {
      const message = end === 'dead' ? 'A job has failed for good' : 'A job has failed, and is tried again';
      const fields = { queue: name, job: claim.id, attempt: claim.attempt };
      logError(log, end === 'dead' ? 'error' : 'warn', error, message, fields);
    }
    const isSettled = outcome !== undefined && (await this.#settle(attempt, outcome));
    stats.count(outcome === undefined || isSettled ? end : 'lost', performance.now() - began);
    stats.running -= 1;
    this.#running.delete(attempt);
    events.emit(name, claim.id);
    this.#tellIdle();
    this.wake();
  }

  /** Tries until the store has it, or another worker may have the job. @returns whether the store has it */
  async #settle(attempt: Attempt, outcome: Parameters<typeof settleOnce>[2]): Promise<boolean> {
    const { log, name } = this.#settings;
    for (let failures = 1; ; failures += 1) {
      try {
        if (await settleOnce(this.#settings.store, attempt, outcome)) return true;
        logLine(log, 'warn', 'A job ran too long for its lease, and may run again', {
          queue: name,
          job: attempt.claim.id,
        });
        return false;
      } catch (error) {
        const pause = backoff(failures, AWAY);
        const { signal } = this.#stopping;
        if (attempt.leaseEnd < performance.now() + pause || signal.aborted) {
          const fields = { queue: name, job: attempt.claim.id };
          logError(log, 'error', error, 'The end of a job could not be kept, so that it runs again', fields);
          return false;
        }
        await wait(pause, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  #renew(): void {
    const { store, lease } = this.#settings;
    for (const attempt of this.#running) {
      const began = performance.now();
      store
        .call('keep a job', (each) => each.extend(attempt.claim, lease))
        .then(
          (isOurs) => {
            if (isOurs) attempt.leaseEnd = began + lease;
            else attempt.stop('lost', 'ERR_BLAIZE_JOB_ABORTED', LOST);
          },
          () => {
            if (attempt.isLost) attempt.stop('lost', 'ERR_BLAIZE_JOB_ABORTED', LOST);
          },
        );
    }
  }

  /** Counts a handler that has not settled until it does. */
  #leave(work: Promise<unknown>): void {
    const { stats, queue, name, log } = this.#settings;
    stats.stuck += 1;
    if (stats.stuck === queue.concurrency) {
      const message = 'Handlers ignore their signal; the queue takes no more jobs until one of them settles';
      logLine(log, 'error', message, { queue: name, handlers: stats.stuck });
    }
    const back = (): void => {
      stats.stuck -= 1;
      this.wake();
    };
    work.then(back, back);
  }

  #isAway(error: unknown): number {
    const { log, stats, name } = this.#settings;
    this.#failures += 1;
    if (this.#failures === 1) logError(log, 'error', error, 'No jobs can be taken', { queue: name });
    stats.isFailing = true;
    return backoff(Math.min(this.#failures, 20), AWAY);
  }

  #isBack(): void {
    const { log, stats, name } = this.#settings;
    if (this.#failures > 0) logLine(log, 'info', 'Jobs can be taken again', { queue: name });
    this.#failures = 0;
    stats.isFailing = false;
  }

  #tellIdle(): void {
    if (this.#running.size > 0 || this.#isLooking) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }
}

const LOST = 'may be run by another process, as its lease could not be renewed';

function settleOnce(
  store: GuardedStore,
  { claim }: Attempt,
  outcome: NonNullable<ReturnType<typeof outcomeOf>['outcome']>,
): Promise<boolean> {
  return store.call('keep the end of a job', (each) => each.settle(claim, outcome));
}
