/** How an attempt can end. `returned`: it was given back, as the server stopped. `lost`: another process may have the job. */
export const ENDS = ['completed', 'retried', 'dead', 'returned', 'lost'] as const;
export type End = (typeof ENDS)[number];

/** The upper bounds of the buckets for durations, in seconds. */
export const BOUNDS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900] as const;

/** What the workers of a queue have done in this process. */
export class QueueStats {
  readonly ends: Record<End, number> = { completed: 0, retried: 0, dead: 0, returned: 0, lost: 0 };
  /** How many attempts took as long as each bucket, and no lower one; one more than {@link BOUNDS}. */
  readonly durations: number[] = Array.from({ length: BOUNDS.length + 1 }, () => 0);
  /** Seconds of all attempts together. */
  seconds = 0;
  running = 0;
  /** Handlers that have not settled although their time is up. */
  stuck = 0;
  /** Whether the last call of the worker to its store has failed. */
  isFailing = false;

  count(end: End, milliseconds: number): void {
    const seconds = milliseconds / 1000;
    const found = BOUNDS.findIndex((bound) => seconds <= bound);
    const bucket = found === -1 ? BOUNDS.length : found;
    this.ends[end] += 1;
    this.durations[bucket] = (this.durations[bucket] ?? 0) + 1;
    this.seconds += seconds;
  }
}
