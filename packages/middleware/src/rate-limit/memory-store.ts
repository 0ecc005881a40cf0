import { checkBuiltIn, limit, options as shapeOf } from '@blaizejs/errors/internal';
import type { RateLimitPolicy, RateLimitResult, RateLimitStore } from '@blaizejs/types';

import { ALGORITHMS } from './algorithms.ts';

/** The options of {@link memoryRateLimitStore}. */
export interface MemoryRateLimitStoreOptions {
  /** Keys to remember. For a new one above that, the key that was not used for longest is forgotten. Default: 100 000. */
  readonly maxKeys?: number | undefined;
}

/** What a key has used, in a ring of all keys in the order in which they were used. */
interface Entry {
  readonly key: string;
  readonly state: number[];
  /** When it is as if the key had never been used. */
  end: number;
  older: Entry;
  newer: Entry;
}

const MAX_KEYS = 100_000;

const check = shapeOf({ maxKeys: limit(MAX_KEYS) }, 'an object of options, such as { maxKeys: 1_000_000 }');

/**
 * Counts in the memory of this process. {@link rateLimit} has a store of its own if you pass none; pass one to choose how
 * many keys it holds, or to count several limits in one.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function memoryRateLimitStore(options: MemoryRateLimitStoreOptions = {}): RateLimitStore {
  return new MemoryRateLimitStore(
    checkBuiltIn('memoryRateLimitStore', check, options).maxKeys,
    monotonicTime,
  );
}

/** The order is a linked ring: a `Map` would look at all the keys deleted before to find its first one. */
export class MemoryRateLimitStore implements RateLimitStore {
  readonly #entries = new Map<string, Entry>();
  /** Where the ring begins and ends: its `newer` is the oldest entry. */
  readonly #ring: Entry = createEntry('');
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
    const known = this.#entries.get(key);
    const entry = known ?? createEntry(key);
    const result = take(entry.state, now, cost, policy);
    if (entry.state.length === 0) return result;
    if (result.allowed) entry.end = endOf(entry.state, policy);
    if (!known) this.#entries.set(key, entry);
    // A key that is refused is in use as well: if it were forgotten, it would have everything again.
    unlink(entry);
    insert(entry, this.#ring);
    this.#forget(now);
    return result;
  }

  /** Makes room for one, and removes two whose time is up, so that there are fewer again after a rush. */
  #forget(now: number): void {
    for (let removed = 0; removed < 2; removed++) {
      const oldest = this.#ring.newer;
      if (oldest === this.#ring || (oldest.end > now && this.#entries.size <= this.#maxKeys)) return;
      this.#entries.delete(oldest.key);
      unlink(oldest);
    }
  }
}

function createEntry(key: string): Entry {
  const entry: Omit<Entry, 'older' | 'newer'> & Partial<Entry> = { key, state: [], end: 0 };
  return Object.assign(entry, { older: entry as Entry, newer: entry as Entry });
}

function unlink({ older, newer }: Entry): void {
  older.newer = newer;
  newer.older = older;
}

function insert(entry: Entry, before: Entry): void {
  entry.older = before.older;
  entry.newer = before;
  before.older.newer = entry;
  before.older = entry;
}

/** The time since 1970 in milliseconds, which is never set back. */
function monotonicTime(): number {
  return performance.timeOrigin + performance.now();
}
