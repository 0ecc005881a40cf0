/** Where a job is in its life. Jobs with a delay, and those between two attempts, are `waiting`. */
export type JobState = 'waiting' | 'running' | 'completed' | 'dead';

/** A job that is added to a store. */
export interface NewJob {
  /** Letters, digits, `-` and `_`. */
  readonly id: string;
  readonly queue: string;
  /** JSON, or an empty text for no payload. */
  readonly payload: string;
  /** 1 comes first, 3 last. */
  readonly priority: number;
  /** Milliseconds until it may run. */
  readonly delay: number;
}

/** Which job a worker has taken. */
export interface JobClaim {
  readonly id: string;
  readonly queue: string;
  /** Different each time that a job is taken. */
  readonly token: string;
}

/** A job that a worker has taken. */
export interface ClaimedJob extends JobClaim {
  readonly payload: string;
  /** How often it has been taken, this time included; those after which it was given back do not count. */
  readonly attempt: number;
  /** Milliseconds of Unix time. */
  readonly addedAt: number;
}

/** What {@link JobStore.claim} found. */
export interface ClaimResult {
  readonly jobs: readonly ClaimedJob[];
  /** Milliseconds until another job may be due, if the store knows: a worker then looks again. */
  readonly next?: number | undefined;
}

/** What becomes of a job that a worker has taken. */
export type JobOutcome =
  /** Done. The store forgets it after `keep` milliseconds. */
  | { readonly state: 'completed'; readonly keep: number }
  /** It has failed for good. The store forgets it after `keep` milliseconds. */
  | { readonly state: 'dead'; readonly error: string; readonly keep: number }
  /** It waits again. Without an `error`, it was given back, and the attempt does not count. */
  | { readonly state: 'waiting'; readonly delay: number; readonly error?: string | undefined };

/** A job as a store knows it. */
export interface JobRecord {
  readonly id: string;
  readonly queue: string;
  readonly payload: string;
  readonly state: JobState;
  readonly attempt: number;
  /** Milliseconds of Unix time. */
  readonly addedAt: number;
  /** JSON of what it last reported. */
  readonly progress?: string | undefined;
  /** What its last failed attempt threw. */
  readonly error?: string | undefined;
}

/** How many jobs of a queue are in each state. */
export type JobCounts = Readonly<Record<JobState, number>>;

/**
 * Keeps jobs. `memoryJobs()`, `sqliteJobs()` and `bullJobs()` make stores; another one has to do the following.
 *
 * Each method is one atomic step. It rejects if the store does not work; callers wait no longer than `storeTimeout`, so a method
 * that rejects may still take effect. Time is relative (`delay`, `lease`, `keep`), and the clock is the store's own.
 */
export interface JobStore {
  /** Prepares it for these queues. Called once, before anything else. It may reject: the app then does not start. */
  open?(queues: readonly string[]): Promise<void>;
  /** Adds a job. @returns false if the queue has one with that id, in whatever state; nothing changes then */
  add(job: NewJob): Promise<boolean>;
  /**
   * Takes jobs that are due: by priority, then in the order in which they became due. A job whose lease has ended is due again.
   * No two workers may have the same job at a time.
   *
   * @param options `limit`: how many at most. `lease`: after so many milliseconds, another worker may have them
   */
  claim(queue: string, options: { readonly limit: number; readonly lease: number }): Promise<ClaimResult>;
  /** Lets a lease end in `lease` milliseconds from now. @returns false if the job is no longer this worker's */
  extend(claim: JobClaim, lease: number): Promise<boolean>;
  /** Ends an attempt. @returns false if the job is no longer this worker's; nothing changes then */
  settle(claim: JobClaim, outcome: JobOutcome): Promise<boolean>;
  /** Keeps what a job has reported. Does nothing if the job is no longer this worker's. */
  report(claim: JobClaim, progress: string): Promise<void>;
  get(queue: string, id: string): Promise<JobRecord | undefined>;
  /** Lists dead jobs, the latest first. */
  listDead(
    queue: string,
    options: { readonly limit: number; readonly offset: number },
  ): Promise<readonly JobRecord[]>;
  /** Lets a dead job wait again, as if it had never run. @returns false if there is no dead job with that id */
  revive(queue: string, id: string): Promise<boolean>;
  /** Forgets a job. @returns false if there is none with that id, or it is running */
  remove(queue: string, id: string): Promise<boolean>;
  count(queue: string): Promise<JobCounts>;
  /** The time that {@link JobStore.setTick} has kept. */
  getTick(schedule: string): Promise<number | undefined>;
  /** Keeps for which time a schedule has last added a job, unless it knows a later one. */
  setTick(schedule: string, time: number): Promise<void>;
  /** Calls back if another process may have added a job. Without it, workers look once per `pollInterval`. */
  watch?(queue: string, onAdded: () => void): void;
  /** Releases what it holds. */
  close?(): Promise<void>;
}
