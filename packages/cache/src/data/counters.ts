/** What a cache has done since it was made. */
export interface CacheCounts {
  /** Answers from the cache. */
  readonly hits: number;
  /** Calls that found nothing. Several may have waited for one load. */
  readonly misses: number;
  /** Answers with a value whose `ttl` was over. */
  readonly stale: number;
  /** Times that a `load` was called. */
  readonly loads: number;
  /** Times that a `load` failed. */
  readonly errors: number;
}

/** What `cache.stats()` returns. */
export interface CacheStats extends CacheCounts {
  /** Calls of the store that failed or took too long. */
  readonly storeErrors: number;
  /** The same by the first part of keys that have several; the first hundred of them, the others are under `*`. */
  readonly byPrefix: Readonly<Record<string, CacheCounts>>;
}

/** Counts that can be raised. */
export type Counts = { -readonly [Name in keyof CacheCounts]: number };

const MAX_PREFIXES = 100;
const NONE: CacheCounts = { hits: 0, misses: 0, stale: 0, loads: 0, errors: 0 };

/** Counts by the prefix of keys. */
export class Counters {
  storeErrors = 0;
  readonly #rest: Counts = { ...NONE };
  readonly #byPrefix = new Map<string, Counts>();

  of(prefix: string | undefined): Counts {
    if (prefix === undefined) return this.#rest;
    const known = this.#byPrefix.get(prefix);
    if (known) return known;
    const name = this.#byPrefix.size < MAX_PREFIXES ? prefix : '*';
    const counts = this.#byPrefix.get(name) ?? { ...NONE };
    this.#byPrefix.set(name, counts);
    return counts;
  }

  stats(): CacheStats {
    const sum: Counts = { ...this.#rest };
    for (const counts of this.#byPrefix.values()) {
      for (const name of Object.keys(sum) as (keyof Counts)[]) sum[name] += counts[name];
    }
    const byPrefix = Object.fromEntries(
      Array.from(this.#byPrefix, ([name, counts]) => [name, { ...counts }]),
    );
    return { ...sum, storeErrors: this.storeErrors, byPrefix };
  }
}
