import type { JobCounts, JobState } from './job-store.ts';
import type { JobUpdate } from './run/watch-job.ts';

/** How a job is added. */
export interface AddOptions {
  /** Milliseconds until the job may run. Default: 0. */
  readonly delay?: number | undefined;
  /** Jobs of a higher priority run first. Those of a low one wait as long as there are others. Default: `normal`. */
  readonly priority?: 'high' | 'normal' | 'low' | undefined;
  /**
   * An idempotency key: as long as the queue has a job with that key, waiting, running, dead or done
   * (`keepCompleted`), another one is not added. Up to 1,000 characters. Default: none.
   */
  readonly key?: string | undefined;
}

/** A job that was added, or one that was there with the same key. */
export interface AddedJob {
  readonly id: string;
  /** False if there was one with the same key already; nothing has changed then. */
  readonly isNew: boolean;
}

/** A job of a queue. */
export interface JobInfo<Progress = unknown> {
  readonly id: string;
  readonly state: JobState;
  /** How often it has been tried; 0 before the first attempt. */
  readonly attempt: number;
  readonly addedAt: Date;
  /** As it was added, after a way through JSON. What somebody else has put into the store and is no JSON stays text. */
  readonly payload: unknown;
  /** What it last reported. */
  readonly progress?: Progress | undefined;
  /** As in {@link JobUpdate}. */
  readonly version: string;
  /** Name and message of what its last failed attempt threw. */
  readonly error?: string | undefined;
}

/** The options of `watch()`. */
export interface WatchOptions {
  /** Ends it: `ctx.request.signal`. */
  readonly signal?: AbortSignal | undefined;
  /** The `version` that is known already, such as a `Last-Event-ID`: it is not shown again. Default: none. */
  readonly after?: string | undefined;
}

/** The arguments of `add()`: the payload may be left out if there is none. */
export type AddArguments<Input> = undefined extends Input
  ? [payload?: Input, options?: AddOptions]
  : [payload: Input, options?: AddOptions];

/** A queue, as `ctx.services.jobs` has it. */
export interface Queue<Input = unknown, Progress = unknown> {
  readonly name: string;
  /**
   * Adds a job. Once it resolves, the store has it.
   *
   * @throws JobError `ERR_BLAIZE_JOB_PAYLOAD` if the schema refuses the payload, JSON cannot hold it, or it is too large;
   *   `ERR_BLAIZE_JOB_STORE` if the store fails or takes longer than `storeTimeout`; `ERR_BLAIZE_JOBS_CLOSED` before the
   *   server has started and after it has stopped
   */
  add(...args: AddArguments<Input>): Promise<AddedJob>;
  /** Looks up a job. @throws JobError `ERR_BLAIZE_JOB_STORE` */
  get(id: string): Promise<JobInfo<Progress> | undefined>;
  /**
   * Follows a job: how it is now, then each change, until it is done, dead or gone, the signal aborts, or the server stops.
   * Changes in other processes show within `pollInterval`. Who follows slowly gets only the latest.
   */
  watch(id: string, options?: WatchOptions): AsyncIterableIterator<JobUpdate<Progress>>;
  /** Removes a job that is not running. @returns false if there is none. @throws JobError `ERR_BLAIZE_JOB_STORE` */
  remove(id: string): Promise<boolean>;
  /** How many jobs are in each state. @throws JobError `ERR_BLAIZE_JOB_STORE` */
  count(): Promise<JobCounts>;
  /** Jobs that have failed for good. */
  readonly dead: DeadJobs<Progress>;
}

/** The jobs of a queue that have failed for good. */
export interface DeadJobs<Progress = unknown> {
  /** The latest first. Default: the first 100. @throws JobError `ERR_BLAIZE_JOB_STORE` */
  list(options?: {
    readonly limit?: number | undefined;
    readonly offset?: number | undefined;
  }): Promise<readonly JobInfo<Progress>[]>;
  /** Lets it run again, with all its attempts. @returns false if there is no such dead job. @throws JobError `ERR_BLAIZE_JOB_STORE` */
  retry(id: string): Promise<boolean>;
  /** @returns false if there is no such dead job. @throws JobError `ERR_BLAIZE_JOB_STORE` */
  remove(id: string): Promise<boolean>;
}
