import {
  type Check,
  checkOptions,
  hasMethod,
  is,
  isInteger,
  limit,
  list,
  MAX_TIMER,
  options as shapeOf,
  optional,
  orElse,
} from '@blaizejs/errors/internal';
import type { KeyValueStore, Logger } from '@blaizejs/types';

import { store } from '../stores/check-store.ts';

/** The options of `createCache()`. */
export interface CacheOptions {
  /** Where values are kept. Default: `memoryStore()`, of 64 MiB. */
  readonly store?: KeyValueStore | undefined;
  /** What its keys begin with; two caches of one store need two names. Default: `data`. */
  readonly name?: string | undefined;
  /**
   * The part of a `ttl` that is taken off at random, so that values that were loaded together are not all loaded again
   * together: from 0 to 0.5. Default: 0.1.
   */
  readonly jitter?: number | undefined;
  /**
   * Milliseconds that the store may take for a call. If it fails or takes longer, it is left alone for a moment and values are
   * loaded as if there was no cache. Default: 200.
   */
  readonly storeTimeout?: number | undefined;
  /** Milliseconds that a value may take to load. Default: 30 000. */
  readonly loadTimeout?: number | undefined;
  /** Told when the store fails and when it works again, and of errors of loads that nobody waits for. Default: nobody. */
  readonly logger?: Pick<Logger, 'info' | 'warn'> | undefined;
}

/** How long a value is kept, and what purges it. Times are in milliseconds. */
export interface EntryOptions {
  /** Time for which a value is fresh; 0 keeps nothing. */
  readonly ttl: number;
  /** Names under which `deleteTag()` finds the value. */
  readonly tags?: readonly string[] | undefined;
  /** Ends a value earlier if nobody has read it for that long. Default: only `ttl` counts. */
  readonly sliding?: number | undefined;
}

/** The options of `cache.wrap()`. Times are in milliseconds. */
export interface WrapOptions extends EntryOptions {
  /** Time after `ttl` for which the old value is returned at once, and loaded again meanwhile. Default: 0. */
  readonly staleWhileRevalidate?: number | undefined;
  /** Time after `ttl` for which the old value is returned if loading fails. Default: 0. */
  readonly staleIfError?: number | undefined;
  /** `ttl` of `null` and `undefined`, which say that there is no such thing. Default: as `ttl`. */
  readonly negativeTtl?: number | undefined;
  /** Time that loading may take. Default: `loadTimeout` of the cache. */
  readonly timeout?: number | undefined;
}

/** Longest tag, and most tags of a value. */
const MAX_TAG_LENGTH = 256;
const MAX_TAGS = 128;

export const tag: Check<string> = is(
  `a text of 1 to ${MAX_TAG_LENGTH} characters`,
  (value) =>
    typeof value === 'string' && value !== '' && value.length <= MAX_TAG_LENGTH && value.isWellFormed(),
);

const duration: Check<number> = is('milliseconds from 0', (value) => typeof value === 'number' && value >= 0);

const someTags = list(tag, 'a list of texts');
const tags: Check<readonly string[]> = (value, path, report) => {
  if (value === undefined) return [];
  if (Array.isArray(value) && value.length > MAX_TAGS) report(path, value, `at most ${MAX_TAGS} tags`);
  return someTags(value, path, report);
};

const cacheShape = shapeOf(
  {
    store: optional(store),
    name: orElse(
      is<string>(
        'letters, digits, `.`, `_` and `-`',
        (value) => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value),
      ),
      'data',
    ),
    jitter: orElse(
      is<number>(
        'a number from 0 to 0.5',
        (value) => typeof value === 'number' && value >= 0 && value <= 0.5,
      ),
      0.1,
    ),
    storeTimeout: limit(200, MAX_TIMER),
    loadTimeout: limit(30_000, MAX_TIMER),
    logger: optional(
      is<Pick<Logger, 'info' | 'warn'>>(
        'a logger',
        (value) => hasMethod(value, 'info') && hasMethod(value, 'warn'),
      ),
    ),
  },
  'an object of options, such as { store: memoryStore() }',
);

const entryShape = shapeOf(
  { ttl: duration, tags, sliding: optional(duration) },
  'an object of options, such as { ttl: 60_000 }',
);

const wrapShape = shapeOf(
  {
    ttl: duration,
    tags,
    sliding: optional(duration),
    staleWhileRevalidate: orElse(duration, 0),
    staleIfError: orElse(duration, 0),
    negativeTtl: optional(duration),
    timeout: optional(
      is<number>(`milliseconds from 1 to ${MAX_TIMER}`, (value) => isInteger(value, 1, MAX_TIMER)),
    ),
  },
  'an object of options, such as { ttl: 60_000 }',
);

export type CacheSettings = ReturnType<typeof readCache>;
export type EntrySettings = ReturnType<typeof readEntry>;
export type WrapSettings = ReturnType<typeof readWrap>;

/** @throws ConfigurationError */
export function readCache(options: CacheOptions) {
  return checkOptions(cacheShape, options, 'createCache()');
}

/** @throws ConfigurationError */
export function readEntry(options: EntryOptions) {
  return checkOptions(entryShape, options, 'cache.set()');
}

/** @throws ConfigurationError */
export function readWrap(options: WrapOptions) {
  return checkOptions(wrapShape, options, 'cache.wrap()');
}

/** @throws ConfigurationError */
export function readTag(value: string): string {
  return checkOptions((given, _path, report) => tag(given, 'tag', report), value);
}
