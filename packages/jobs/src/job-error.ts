import { BlaizeError } from '@blaizejs/errors';

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

const MAX_LENGTH = 1000;

/** What is kept of an error with a job: its name and message. The log has the rest. */
export function summarize(error: unknown): string {
  let text: string;
  try {
    text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  } catch {
    text = 'Something that cannot be described was thrown.';
  }
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text;
}
