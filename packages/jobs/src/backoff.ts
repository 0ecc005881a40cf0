import { type Check, is, isInteger, MAX_TIMER } from '@blaizejs/errors/internal';

/** How long something waits; 0 for not at all. */
export const delay: Check<number> = is(`a whole number of milliseconds, up to ${MAX_TIMER}`, (value) =>
  isInteger(value, 0, MAX_TIMER),
);

/** How long a job waits before it runs again. */
export interface BackoffOptions {
  /** Milliseconds before the second attempt. Default: 1,000. */
  readonly delay?: number | undefined;
  /** What each further delay is multiplied by. Default: 2. */
  readonly factor?: number | undefined;
  /** Milliseconds that no delay exceeds. Default: 3,600,000 (an hour). */
  readonly max?: number | undefined;
  /** By which part a delay is shortened at random, so that jobs that fail together do not come back together. Default: 0.5. */
  readonly jitter?: number | undefined;
}

/** @param attempt that has failed, from 1 @returns milliseconds until the next one */
export function backoff(
  attempt: number,
  { delay, factor, max, jitter }: { [Name in keyof BackoffOptions]-?: number },
  random: () => number = Math.random,
): number {
  const full = Math.min(max, delay * factor ** (attempt - 1));
  return Math.round(full * (1 - jitter * random()));
}
