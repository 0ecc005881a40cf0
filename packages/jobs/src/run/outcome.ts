import { backoff } from '../backoff.ts';
import type { ResolvedQueue } from '../create-queue.ts';
import { JobError, PermanentJobError, RetryJobError, summarize } from '../job-error.ts';
import type { JobOutcome } from '../job-store.ts';
import type { Attempt, Ended } from './attempt.ts';
import type { End } from './queue-stats.ts';

/** What becomes of a job after an attempt. */
export interface Verdict {
  readonly end: End;
  /** What the store is told; undefined if the job is no longer ours. */
  readonly outcome: JobOutcome | undefined;
  readonly error?: unknown;
}

/** Schedules compare what they have added with what they are about to add. */
const MIN_KEEP_SCHEDULED = 120_000;

/** @param ended undefined if the handler was not called */
export function outcomeOf(
  attempt: Attempt,
  ended: Ended | undefined,
  { queue, isTaking }: { readonly queue: ResolvedQueue; readonly isTaking: boolean },
): Verdict {
  const { claim } = attempt;
  if (attempt.stopped === 'lost') return { end: 'lost', outcome: undefined };
  if (ended?.how === 'returned') {
    const keep = isScheduled(claim.id)
      ? Math.max(queue.keepCompleted, MIN_KEEP_SCHEDULED)
      : queue.keepCompleted;
    return { end: 'completed', outcome: { state: 'completed', keep } };
  }
  const wasTaken = claim.attempt <= queue.attempts;
  if (attempt.stopped === 'closing' || (ended === undefined && wasTaken && !isTaking)) {
    return { end: 'returned', outcome: { state: 'waiting', delay: 0 } };
  }
  const error = ended
    ? toError(ended.error)
    : new JobError('ERR_BLAIZE_JOB_ABORTED', neverEnded(claim.attempt - 1));
  const isLast = claim.attempt >= queue.attempts || attempt.isRefused || error instanceof PermanentJobError;
  if (isLast) {
    return {
      end: 'dead',
      error,
      outcome: { state: 'dead', error: summarize(error), keep: queue.keepDead },
    };
  }
  const delay = error instanceof RetryJobError ? error.delay : backoff(claim.attempt, queue.backoff);
  return { end: 'retried', error, outcome: { state: 'waiting', delay, error: summarize(error) } };
}

/** What is thrown may be anything, even something that throws when it is looked at. */
function toError(thrown: unknown): Error {
  try {
    if (thrown instanceof Error) return thrown;
  } catch {
    // It is described below.
  }
  return new Error(summarize(thrown));
}

/** The id of the job that a schedule adds for a time. */
export function scheduledId(schedule: string, time: number): string {
  return `at-${schedule}-${time}`;
}

function isScheduled(id: string): boolean {
  return id.startsWith('at-');
}

function neverEnded(attempts: number): string {
  return `It was tried ${attempts} times, and each time its process ended, or could not renew its lease.`;
}
