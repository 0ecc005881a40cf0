import { checkMiddlewareOptions, limit, options as shapeOf } from '@blaizejs/errors/internal';
import type { RateLimitPolicy, RateLimitResult, RateLimitStore } from '@blaizejs/types';

import { ALGORITHMS } from './algorithms.ts';

/** The options of {@link memoryRateLimitStore}. */
export interface MemoryRateLimitStoreOptions {
  /** Keys to remember. For a new one above that, the key that was not used for longest is forgotten. Default: 100 000. */
  readonly maxKeys?: number | undefined;
}

interface Entry {
  readonly state: number[];
  /** When it is as if the key had never been used. */
  end: number;
}

const MAX_KEYS = 100_000;

const check = shapeOf({ maxKeys: limit(MAX_KEYS) }, 'an object of options, such as { maxKeys: 1_000_000 }');

/**
 * Counts in the memory of this process. {@link rateLimit} has a store of its own if you pass none; pass one to choose how
 * many keys it holds, or to count several limits in one.
 *
 * @throws ConfigurationError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function memoryRateLimitStore(options: MemoryRateLimitStoreOptions = {}): RateLimitStore {
  return new MemoryRateLimitStore(
    checkMiddlewareOptions('memoryRateLimitStore', check, options).maxKeys,
    monotonicTime,
  );
}

/** Keys in the order in which they were used last: a `Map` keeps the order in which they were set. */
export class MemoryRateLimitStore implements RateLimitStore {
  readonly #entries = new Map<string, Entry>();
  readonly #maxKeys: number;
  readonly #now: () => number;

  constructor(maxKeys: number = MAX_KEYS, now: () => number = monotonicTime) {
    this.#maxKeys = maxKeys;
    this.#now = now;
  }

  get size(): number {
    return this.#entries.size;
  }

  consume(key: string, cost: number, policy: RateLimitPolicy): RateLimitResult {
    const now = this.#now();
    const { take, endOf } = ALGORITHMS[policy.algorithm];
    const entry = this.#entries.get(key) ?? { state: [], end: 0 };
    const result = take(entry.state, now, cost, policy);
    // A key that is refused is in use as well: if it were forgotten, it would have everything again.
    if (entry.state.length > 0) {
      if (result.allowed) entry.end = endOf(entry.state, policy);
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      this.#forget(now);
    }
    return result;
  }

  /** Makes room for one, and removes two whose time is up, so that there are fewer again after a rush. */
  #forget(now: number): void {
    let looked = 0;
    for (const [key, { end }] of this.#entries) {
      if (this.#entries.size <= this.#maxKeys && (end > now || looked === 2)) return;
      this.#entries.delete(key);
      looked += 1;
    }
  }
}

/** The time since 1970 in milliseconds, which is never set back. */
function monotonicTime(): number {
  return performance.timeOrigin + performance.now();
}
