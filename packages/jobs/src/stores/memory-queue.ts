import type { JobRecord, NewJob } from '../job-store.ts';

/** A job in memory. */
export interface MemoryJob extends JobRecord {
  readonly priority: number;
  state: JobRecord['state'];
  attempt: number;
  progress?: string | undefined;
  error?: string | undefined;
  token: string;
  /** When it is due, its lease ends, or it is forgotten. */
  time: number;
}

const PRIORITIES = [1, 2, 3] as const;

/** The jobs of one queue. Maps keep the order in which jobs were put in. */
export class MemoryQueue {
  readonly jobs = new Map<string, MemoryJob>();
  readonly running = new Set<MemoryJob>();
  readonly completed = new Set<MemoryJob>();
  readonly dead = new Set<MemoryJob>();
  readonly #ready = new Map(PRIORITIES.map((priority) => [priority as number, new Set<MemoryJob>()]));
  /** Those that are not due yet, the next one last. */
  readonly #delayed: MemoryJob[] = [];

  create({ id, queue, payload, priority }: NewJob, now: number, time: number): MemoryJob {
    const addedAt = Date.now();
    const job: MemoryJob = {
      ...{ id, queue, payload, priority, addedAt, time },
      ...{ state: 'waiting', attempt: 0, token: '' },
    };
    this.jobs.set(id, job);
    this.wait(job, now);
    return job;
  }

  /** Lets it wait until its time. */
  wait(job: MemoryJob, now: number): void {
    job.state = 'waiting';
    if (job.time <= now) this.#ready.get(job.priority)?.add(job);
    else this.#delayed.splice(this.#placeOf(job.time), 0, job);
  }

  /** The next job that is due; it waits no longer then. */
  next(now: number): MemoryJob | undefined {
    for (let last; (last = this.#delayed.at(-1)) && last.time <= now; this.#delayed.pop()) {
      this.#ready.get(last.priority)?.add(last);
    }
    for (const ready of this.#ready.values()) {
      for (const job of ready) {
        ready.delete(job);
        return job;
      }
    }
    return undefined;
  }

  /** When something may be due that is not due now. */
  get nextTime(): number {
    let time = this.#delayed.at(-1)?.time ?? Infinity;
    for (const job of this.running) time = Math.min(time, job.time);
    return time;
  }

  /** Forgets it. */
  delete(job: MemoryJob): void {
    this.jobs.delete(job.id);
    for (const set of [this.running, this.completed, this.dead, ...this.#ready.values()]) set.delete(job);
    const at = job.state === 'waiting' ? this.#delayed.indexOf(job) : -1;
    if (at !== -1) this.#delayed.splice(at, 1);
  }

  /** Forgets those whose time is up. */
  sweep(now: number): void {
    for (const ended of [this.completed, this.dead]) {
      // All are kept for the same time, so that the first ones go first.
      for (const job of ended) {
        if (job.time > now) break;
        this.delete(job);
      }
    }
  }

  /** Where a job of that time belongs: behind all that are later, and before those of the same time. */
  #placeOf(time: number): number {
    let from = 0;
    let to = this.#delayed.length;
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((this.#delayed[middle]?.time ?? 0) > time) from = middle + 1;
      else to = middle;
    }
    return from;
  }
}
