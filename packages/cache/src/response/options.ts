import {
  callback,
  flag,
  is,
  isInteger,
  list,
  options,
  orElse,
  optional,
  text,
} from '@blaizejs/errors/internal';
import type { HookContext, KeyValueStore } from '@blaizejs/types';

import { isStore } from '../stores/check-store.ts';

/** A lifetime that each use prolongs. */
export interface SlidingTtl {
  /** Milliseconds since the last use. */
  readonly sliding: number;
  /** Milliseconds after which it ends in any case. */
  readonly max: number;
}

/** The options of `responseCache()`. All times are in milliseconds. */
export interface ResponseCacheOptions {
  /** Where answers are kept. Default: `memoryStore({ maxBytes: 67_108_864 })`, one for each cache. */
  readonly store?: KeyValueStore | undefined;
  /**
   * How long successful answers are fresh that say nothing themselves, by `Cache-Control` or `Expires`. Only answers to requests
   * without `Authorization`, `Cookie` and a client certificate, since those may be private. Default: they are not stored.
   */
  readonly ttl?: number | SlidingTtl | undefined;
  /** How long errors are kept that say nothing themselves: 404, 405, 410, 414, 501 and 500 to 504. Default: 0, not at all. */
  readonly negativeTtl?: number | undefined;
  /** For answers that do not say: how long a stale one is sent while a new one is fetched (RFC 5861). Default: 0. */
  readonly staleWhileRevalidate?: number | undefined;
  /** For answers that do not say: how long a stale one is sent instead of a 5xx (RFC 5861). Default: 0. */
  readonly staleIfError?: number | undefined;
  /**
   * Whether clients may force a new answer by `no-cache`, `max-age` or `min-fresh`. Then anybody can make the handler run.
   * Default: false.
   */
  readonly clientRevalidation?: boolean | undefined;
  /** Bytes of the largest answer that is stored. Default: 1 048 576. */
  readonly maxEntryBytes?: number | undefined;
  /** How many variants of one URL are kept, by `Vary`. Default: 32. */
  readonly maxVariants?: number | undefined;
  /** How many requests wait for the answer to one; 0 lets each run. Default: 1 000. */
  readonly maxWaiters?: number | undefined;
  /** How long they wait for it. Default: 10 000. */
  readonly collapseTimeout?: number | undefined;
  /** How long the store may take, before the handler answers. Default: 100. */
  readonly storeTimeout?: number | undefined;
  /** Whether `?a=1&b=2` and `?b=2&a=1` are the same: `'sorted'`. Default: `'exact'`. */
  readonly query?: 'exact' | 'sorted' | undefined;
  /** Names in the query that never change an answer, such as `utm_source`. Default: none. */
  readonly ignoreQuery?: readonly string[] | undefined;
  /** What else an answer depends on, such as a tenant: it becomes a part of the key. */
  readonly key?: ((ctx: HookContext) => string) | undefined;
  /** Tags of every answer, by which it can be removed. */
  readonly tags?: ((ctx: HookContext) => readonly string[]) | undefined;
  /** How the cache calls itself in `Cache-Status` (RFC 9211); false for no such header. Default: `'blaize'`. */
  readonly cacheStatus?: string | false | undefined;
}

/** The options, with all defaults but that of the store. */
export type Settings = ReturnType<typeof responseCacheOptions>;

const LONGEST = 31_536_000_000;

const time = is<number>(`a whole number of milliseconds, up to ${LONGEST}`, (value) =>
  isInteger(value, 0, LONGEST),
);
const count = is<number>('a whole number', (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER));
const positiveTime = is<number>('a whole number of milliseconds above 0', (value) =>
  isInteger(value, 1, 2 ** 31 - 1),
);

const ttl = is<number | SlidingTtl>(
  'a whole number of milliseconds, or { sliding, max } with max the larger one',
  (value) => {
    if (typeof value === 'number') return isInteger(value, 1, LONGEST);
    const { sliding, max, ...rest } = (value ?? {}) as Record<string, unknown>;
    return (
      isInteger(sliding, 1, LONGEST) && isInteger(max, sliding, LONGEST) && Object.keys(rest).length === 0
    );
  },
);

const store = is<KeyValueStore>('a store, such as memoryStore()', isStore);

const statusName = is<string | false>(
  'a name such as "blaize", or false',
  (value) =>
    value === false || (typeof value === 'string' && /^[A-Za-z*][\w!#$%&'*+.^`|~:/-]{0,63}$/.test(value)),
);

/** Checks the options, and fills in the defaults. */
export const responseCacheOptions = options(
  {
    store: optional(store),
    ttl: optional(ttl),
    negativeTtl: orElse(time, 0),
    staleWhileRevalidate: orElse(time, 0),
    staleIfError: orElse(time, 0),
    clientRevalidation: orElse(flag, false),
    maxEntryBytes: orElse(count, 1_048_576),
    maxVariants: orElse(
      is<number>('a whole number from 1 to 1 000', (value) => isInteger(value, 1, 1_000)),
      32,
    ),
    maxWaiters: orElse(count, 1_000),
    collapseTimeout: orElse(positiveTime, 10_000),
    storeTimeout: orElse(positiveTime, 100),
    query: orElse(
      is<'exact' | 'sorted'>('"exact" or "sorted"', (value) => value === 'exact' || value === 'sorted'),
      'exact',
    ),
    ignoreQuery: orElse(list(text('the name of a query parameter'), 'a list of names'), []),
    key: optional(callback<(ctx: HookContext) => string>('(ctx) that returns a text')),
    tags: optional(callback<(ctx: HookContext) => readonly string[]>('(ctx) that returns a list of tags')),
    cacheStatus: orElse(statusName, 'blaize'),
  },
  'an object of options, such as { ttl: 60_000 }',
);
