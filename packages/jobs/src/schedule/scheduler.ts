import { logError, logLine } from '@blaizejs/context/internal';
import { MAX_TIMER } from '@blaizejs/errors/internal';
import type { Logger } from '@blaizejs/types';

import { backoff } from '../backoff.ts';
import { scheduledId } from '../run/outcome.ts';
import type { GuardedStore } from '../stores/guarded-store.ts';
import { type CronTimes, cronOf } from './cron.ts';

/** One schedule of a queue. */
export interface SchedulerSettings {
  readonly queue: string;
  readonly name: string;
  readonly cron: string;
  readonly timeZone: string;
  readonly overlap: boolean;
  readonly missed: 'skip' | 'once';
  /** JSON. */
  readonly payload: string;
  readonly store: GuardedStore;
  readonly log: () => Logger;
  readonly onAdded: () => void;
}

/** Milliseconds between two looks at the clock, which may jump. */
const LOOK = Math.min(15_000, MAX_TIMER);
/** A time that passed longer ago was missed. */
const LATE = 60_000;
const AWAY = { delay: 500, factor: 2, max: 15_000, jitter: 0.5 };

/** Adds the jobs of one schedule. Every process has one; each time gets one job, as its id says the time. */
export class Scheduler {
  readonly #settings: SchedulerSettings;
  readonly #times: CronTimes;
  readonly #key: string;
  #isStopped = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** What is not after this was dealt with. */
  #last = 0;
  #due: number | undefined;
  #failures = 0;

  constructor(settings: SchedulerSettings) {
    this.#settings = settings;
    this.#times = cronOf(settings.cron, settings.timeZone);
    this.#key = `${settings.queue}-${settings.name}`;
  }

  start(): void {
    this.#last = Date.now();
    if (this.#settings.missed === 'once') void this.#attempt(() => this.#catchUp());
    else this.#arm();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
  }

  #arm(): void {
    if (this.#isStopped) return;
    // Never the same time twice, even if the clock goes back.
    this.#due ??= this.#times.after(this.#last);
    if (this.#due === undefined) return;
    this.#timer = setTimeout(() => this.#look(), Math.min(LOOK, Math.max(1, this.#due - Date.now())));
  }

  #look(): void {
    const due = this.#due;
    if (due === undefined || Date.now() < due) {
      this.#arm();
      return;
    }
    void this.#attempt(async () => {
      // The clock went forward, or the machine slept.
      const isLate = Date.now() - due > LATE;
      await (isLate ? this.#miss() : this.#add(due));
      this.#last = isLate ? Date.now() : due;
      this.#due = undefined;
    });
  }

  async #catchUp(): Promise<void> {
    const before = await this.#read();
    const next = before === undefined ? undefined : this.#times.after(before);
    if (next !== undefined && next <= Date.now()) await this.#miss();
  }

  async #miss(): Promise<void> {
    const missed = this.#settings.missed === 'once' ? this.#times.upTo(Date.now()) : undefined;
    if (missed !== undefined) await this.#add(missed);
  }

  async #add(time: number): Promise<void> {
    const { queue, name, overlap, payload, store, log, onAdded } = this.#settings;
    const before = await this.#read();
    if (before !== undefined && before >= time) return;
    if (!overlap && before !== undefined) {
      const job = await store.call('read a job', (each) => each.get(queue, scheduledId(this.#key, before)));
      if (job?.state === 'waiting' || job?.state === 'running') {
        const message = 'A schedule adds no job, as that of the last time has not ended';
        logLine(log, 'info', message, { queue, schedule: name, job: job.id });
        return;
      }
    }
    const id = scheduledId(this.#key, time);
    await store.call('add a job', (each) => each.add({ id, queue, payload, priority: 2, delay: 0 }));
    await store.call('keep a time', (each) => each.setTick(this.#key, time));
    onAdded();
  }

  #read(): Promise<number | undefined> {
    return this.#settings.store.call('read a time', (each) => each.getTick(this.#key));
  }

  /** Tries until the store works. */
  async #attempt(run: () => Promise<void>): Promise<void> {
    const { log, queue, name } = this.#settings;
    try {
      await run();
      this.#failures = 0;
      this.#arm();
    } catch (error) {
      if (this.#isStopped) return;
      this.#failures += 1;
      if (this.#failures === 1) {
        logError(log, 'error', error, 'A schedule could not add its job', { queue, schedule: name });
      }
      const pause = backoff(Math.min(this.#failures, 20), AWAY);
      this.#timer = setTimeout(() => void this.#attempt(run), pause);
    }
  }
}
