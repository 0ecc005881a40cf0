import { checkOptions, limit, options as shapeOf } from '@blaizejs/errors/internal';

import type { JobStore } from './job-store.ts';
import { MemoryStore } from './stores/memory-store.ts';

/** The options of {@link memoryJobs}. */
export interface MemoryJobsOptions {
  /** How many jobs there may be, those that are kept after their end included. `add()` then rejects. Default: 100,000. */
  readonly maxJobs?: number | undefined;
}

const check = shapeOf({ maxJobs: limit(100_000) }, 'an object of options, such as { maxJobs: 1000 }');

/**
 * Creates a store in memory: what a restart finds unfinished is lost. Where it is full, jobs that are done make room.
 *
 * @throws ConfigurationError if an option is not valid
 */
export function memoryJobs(options: MemoryJobsOptions = {}): JobStore {
  return new MemoryStore(checkOptions(check, options).maxJobs);
}
