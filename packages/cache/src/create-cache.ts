import type { CacheKey } from './data/key.ts';
import { DataCache } from './data/data-cache.ts';
import type { CacheStats } from './data/counters.ts';
import type { LoadContext } from './data/load.ts';
import { type CacheOptions, type EntryOptions, readCache, type WrapOptions } from './data/options.ts';
import { memoryStore } from './memory-store.ts';

/** A cache of values, see {@link createCache}. */
export interface Cache {
  /**
   * Returns the value of a key, and loads it if there is none. However many ask at the same time, it is loaded once in this
   * process; each gets a copy of its own. If the load fails, all of them get its error, and the next call loads again.
   *
   * Values are kept as JSON: objects, lists, texts, finite numbers, booleans and `null`. `undefined` is kept as well, as a
   * whole value; as a property it is left out. Anything else is refused.
   *
   * @throws BlaizeError `ERR_BLAIZE_CACHE_KEY`, `ERR_BLAIZE_CACHE_VALUE`, or `ERR_BLAIZE_CACHE_TIMEOUT` if loading takes too long
   * @throws ConfigurationError if an option is not valid
   */
  wrap<T>(
    key: CacheKey,
    options: WrapOptions,
    load: (context: LoadContext) => T | PromiseLike<T>,
  ): Promise<T>;

  /**
   * Returns the value of a key; `undefined` if there is none, its `ttl` is over, or the store is away.
   *
   * @typeParam T what you have stored; nothing checks it
   * @throws BlaizeError `ERR_BLAIZE_CACHE_KEY`
   */
  get<T = unknown>(key: CacheKey): Promise<T | undefined>;

  /**
   * Stores a value. What loads under way find for the key is then not stored.
   *
   * @throws BlaizeError `ERR_BLAIZE_CACHE_KEY`, `ERR_BLAIZE_CACHE_VALUE`, or `ERR_BLAIZE_CACHE_STORE`: then the old value may
   *   still be there
   * @throws ConfigurationError if an option is not valid
   */
  set(key: CacheKey, value: unknown, options: EntryOptions): Promise<void>;

  /**
   * Deletes the value of a key. What loads under way find for it is not stored, and nobody who asks afterwards gets it.
   *
   * @throws BlaizeError `ERR_BLAIZE_CACHE_KEY`, or `ERR_BLAIZE_CACHE_STORE`: then the value may still be there
   */
  delete(key: CacheKey): Promise<void>;

  /**
   * Deletes every value that has the tag, those of other caches in the same store too. As `delete()`, it beats loads under
   * way.
   *
   * @throws BlaizeError `ERR_BLAIZE_CACHE_STORE`: then values with the tag may still be there
   */
  deleteTag(tag: string): Promise<void>;

  /** What this cache has done in this process. */
  stats(): CacheStats;
}

/**
 * Creates a cache of values.
 *
 * ```ts
 * const cache = createCache();
 * const user = await cache.wrap(['user', id], { ttl: 60_000, tags: ['users'] }, () => db.findUser(id));
 * ```
 *
 * @throws ConfigurationError that lists everything that is wrong with the options
 */
export function createCache(options: CacheOptions = {}): Cache {
  const settings = readCache(options);
  return new DataCache({ ...settings, store: settings.store ?? memoryStore() });
}
