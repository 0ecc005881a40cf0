import type { Logger, Services } from '@blaizejs/types';

/** A job, as its handler gets it. */
export interface Job<Payload, Progress = undefined> {
  readonly id: string;
  /** The name of its queue. */
  readonly queue: string;
  readonly payload: Payload;
  /** Which attempt this is, from 1. */
  readonly attempt: number;
  readonly addedAt: Date;
  /**
   * Aborts if the attempt takes longer than `timeout`, if the server stops and the job has not finished in time, and if
   * another process may have taken the job. Its reason is a `JobError`.
   */
  readonly signal: AbortSignal;
  /** The services of the app. */
  readonly services: Services;
  /** The log of the app, with the queue and the id of the job. */
  readonly log: Logger;
  /**
   * Tells who watches the job how far it is. Only the latest report is kept. Resolves when it is, or if the store does not work.
   *
   * @throws JobError `ERR_BLAIZE_JOB_PAYLOAD` if the schema `progress` refuses it
   */
  report(progress: Progress): Promise<void>;
}
