import { BlaizeError } from '@blaizejs/errors';
import { checkOptions, options as shapeOf } from '@blaizejs/errors/internal';

import { delay } from './backoff.ts';

/** The codes of a {@link JobError}. */
export type JobErrorCode =
  | 'ERR_BLAIZE_JOB_PAYLOAD'
  | 'ERR_BLAIZE_JOB_STORE'
  | 'ERR_BLAIZE_JOB_TIMEOUT'
  | 'ERR_BLAIZE_JOB_ABORTED'
  | 'ERR_BLAIZE_JOBS_CLOSED';

/** A job could not be added, or a handler was stopped. `code` says which. */
export class JobError extends BlaizeError {
  declare readonly code: JobErrorCode;
}

/** A handler throws it if another attempt would not help: the job is dead at once. Code: `ERR_BLAIZE_JOB_PERMANENT`. */
export class PermanentJobError extends BlaizeError {
  constructor(message: string, options?: ErrorOptions) {
    super('ERR_BLAIZE_JOB_PERMANENT', message, options);
  }
}

const retryShape = shapeOf({ delay, cause: (value) => value }, 'an object such as { delay: 60_000 }');

/**
 * A handler throws it if it knows when to try again, from a `Retry-After` for example. The attempt counts. Code:
 * `ERR_BLAIZE_JOB_RETRY`.
 */
export class RetryJobError extends BlaizeError {
  /** Milliseconds until the next attempt, in place of those of `backoff`. */
  readonly delay: number;

  /** @throws ConfigurationError if `delay` is not a whole number of milliseconds, up to 2,147,483,647 */
  constructor(message: string, options: ErrorOptions & { readonly delay: number }) {
    const checked = checkOptions(retryShape, options);
    super('ERR_BLAIZE_JOB_RETRY', message, { cause: checked.cause });
    this.delay = checked.delay;
  }
}

const MAX_LENGTH = 1000;

/** What is kept of an error with a job: its name and message. The log has the rest. */
export function summarize(error: unknown): string {
  let text: string;
  try {
    text = error instanceof Error ? `${error.name}: ${error.message}` : `It threw ${String(error)}.`;
  } catch {
    text = 'It threw something that cannot be described.';
  }
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
