import { checkBuiltIn, limit, options as shapeOf } from '@blaizejs/errors/internal';
import type { KeyValueOptions, KeyValueStore } from '@blaizejs/types';

/** The options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** Default: 10 000. A session takes two. */
  readonly maxEntries?: number | undefined;
  /** Bytes of all keys and values. Default: 67 108 864 (64 MiB). */
  readonly maxBytes?: number | undefined;
}

interface Entry {
  readonly value: Uint8Array;
  readonly until: number;
  readonly tags: readonly string[];
  readonly size: number;
}

const check = shapeOf(
  { maxEntries: limit(10_000), maxBytes: limit(64 * 1024 * 1024) },
  'an object of options, such as { maxEntries: 1000 }',
);

/**
 * Creates a store in the memory of this process. When it is full, it drops what was used longest ago. A restart empties it,
 * and other processes don't see it: for development, tests and single processes.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS`
 */
export function memoryStore(options: MemoryStoreOptions = {}): KeyValueStore {
  const { maxEntries, maxBytes } = checkBuiltIn('memoryStore', check, options);
  return new MemoryStore(maxEntries, maxBytes);
}

class MemoryStore implements KeyValueStore {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  // In the order of use, as a map keeps the order in which keys were added.
  readonly #entries = new Map<string, Entry>();
  readonly #tags = new Map<string, Set<string>>();
  #bytes = 0;

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  get(key: string): Promise<Uint8Array | undefined> {
    const entry = this.#entries.get(key);
    if (!entry) return Promise.resolve(undefined);
    if (entry.until <= Date.now()) {
      this.#remove(key);
      return Promise.resolve(undefined);
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    // A copy, as any other store would give.
    return Promise.resolve(entry.value.slice());
  }

  set(key: string, value: Uint8Array, { ttl = Infinity, tags = [] }: KeyValueOptions = {}): Promise<void> {
    const size = value.byteLength + 2 * key.length;
    if (size > this.#maxBytes) {
      return Promise.reject(
        new RangeError(`An entry of ${size} bytes does not fit into a memory store of ${this.#maxBytes}.`),
      );
    }
    this.#remove(key);
    this.#entries.set(key, { value: Uint8Array.from(value), until: Date.now() + ttl, tags, size });
    this.#bytes += size;
    for (const tag of tags) {
      const keys = this.#tags.get(tag) ?? new Set();
      this.#tags.set(tag, keys.add(key));
    }
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#maxEntries && this.#bytes <= this.#maxBytes) break;
      this.#remove(oldest);
    }
    return Promise.resolve();
  }

  replace(
    key: string,
    expected: Uint8Array | undefined,
    value: Uint8Array | undefined,
    options: KeyValueOptions = {},
  ): Promise<boolean> {
    const entry = this.#entries.get(key);
    const current = entry && entry.until > Date.now() ? entry.value : undefined;
    const isExpected = current && expected ? Buffer.compare(current, expected) === 0 : current === expected;
    if (!isExpected) return Promise.resolve(false);
    return (value ? this.set(key, value, options) : this.delete(key)).then(() => true);
  }

  delete(key: string): Promise<void> {
    this.#remove(key);
    return Promise.resolve();
  }

  deleteTag(tag: string): Promise<void> {
    for (const key of this.#tags.get(tag) ?? []) this.#remove(key);
    return Promise.resolve();
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#bytes -= entry.size;
    for (const tag of entry.tags) {
      const keys = this.#tags.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.#tags.delete(tag);
    }
  }
}
