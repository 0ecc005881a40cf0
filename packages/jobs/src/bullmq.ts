import { checkOptions, is, isObject, options as shapeOf, orElse, text } from '@blaizejs/errors/internal';

import type { JobStore } from './job-store.ts';
import { BullStore } from './stores/bull-store.ts';

/** How to reach Redis: options of ioredis. */
export interface RedisConnection {
  /** `redis://user:password@host:port/db`, or `rediss:` for TLS. */
  readonly url?: string | undefined;
  /** Default: 127.0.0.1. */
  readonly host?: string | undefined;
  /** Default: 6379. */
  readonly port?: number | undefined;
  /** The path of a socket. */
  readonly path?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly db?: number | undefined;
  readonly tls?: object | undefined;
  /** Any other option of ioredis. */
  readonly [option: string]: unknown;
}

/** The options of {@link bullJobs}. */
export interface BullJobsOptions {
  readonly connection: RedisConnection;
  /** What the names of all keys begin with. Default: `blaize-jobs`. */
  readonly prefix?: string | undefined;
}

const check = shapeOf(
  {
    connection: is<RedisConnection>(
      'options of ioredis, such as { host: "localhost", port: 6379 }',
      (value) => {
        // A client has its own idea of what to do while Redis is away.
        return isObject(value) && Object.getPrototypeOf(value) === Object.prototype;
      },
    ),
    prefix: orElse(text('a string that is not empty'), 'blaize-jobs'),
  },
  'an object of options, such as { connection: { host: "localhost" } }',
);

/**
 * Creates a store in Redis or Valkey, by BullMQ: its dashboards show the queues. Jobs are as durable as Redis is told to be
 * (`appendonly`), which also has to be told not to evict keys (`maxmemory-policy noeviction`). Needs the packages `bullmq` and
 * `ioredis`.
 *
 * Opens three connections for each queue, and one less in a process that only adds jobs. A job whose process dies runs again after
 * one to two times the `lease`. While Redis is away, calls reject at once.
 *
 * @throws ConfigurationError if an option is not valid
 */
export function bullJobs(options: BullJobsOptions): JobStore {
  const { connection, prefix } = checkOptions(check, options);
  return new BullStore(connection, prefix);
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
