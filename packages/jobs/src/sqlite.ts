import { checkOptions, is, options as shapeOf } from '@blaizejs/errors/internal';

import type { JobStore } from './job-store.ts';
import { SqliteStore } from './stores/sqlite-store.ts';

/** The options of {@link sqliteJobs}. */
export interface SqliteJobsOptions {
  /** The file: `file:jobs.db`. It is made if there is none. */
  readonly url: string;
}

const check = shapeOf(
  {
    url: is<string>('the URL of a file, such as file:jobs.db', (value) => {
      return typeof value === 'string' && /^file:./.test(value);
    }),
  },
  'an object of options, such as { url: "file:jobs.db" }',
);

/**
 * Creates a store in a file of SQLite. Jobs outlive the process, and several processes of a machine may share the file. A job is on
 * disk when `add()` resolves. Needs the package `@libsql/client`.
 *
 * Calls are short, but block the event loop. The clock is that of the system: if it goes back, jobs with a delay run later by as
 * much.
 *
 * @throws ConfigurationError if an option is not valid
 */
export function sqliteJobs(options: SqliteJobsOptions): JobStore {
  return new SqliteStore(checkOptions(check, options).url);
}

export type {
  ClaimedJob,
  ClaimResult,
  JobClaim,
  JobCounts,
  JobOutcome,
  JobRecord,
  JobState,
  JobStore,
  NewJob,
} from './job-store.ts';
