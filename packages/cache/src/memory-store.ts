import { checkOptions, limit, options as shapeOf } from '@blaizejs/errors/internal';
import type { KeyValueOptions, KeyValueStore } from '@blaizejs/types';
import { LRUCache } from 'lru-cache';

import { endOf } from './stores/end-of.ts';
import { equalBytes } from './stores/equal-bytes.ts';
import { TagIndex } from './stores/tag-index.ts';

/** The options of {@link memoryStore}. */
export interface MemoryStoreOptions {
  /** Bytes of all values, keys and tags, and of what it takes to keep them. Default: 67 108 864 (64 MiB). */
  readonly maxBytes?: number | undefined;
}

/** A store in the memory of this process. */
export interface MemoryStore extends KeyValueStore {
  replace: NonNullable<KeyValueStore['replace']>;
  /** What it holds now. */
  usage(): MemoryStoreUsage;
}

/** What a {@link MemoryStore} holds. */
export interface MemoryStoreUsage {
  readonly entries: number;
  /** As `maxBytes` counts them. */
  readonly bytes: number;
  /** Tags that at least one entry has. */
  readonly tags: number;
}

interface Entry {
  readonly value: Uint8Array;
  readonly until: number;
  readonly tags: readonly string[];
}

/** Bytes that an entry takes besides its text and value, and those of a tag of its own; measured with Node 24. */
const ENTRY_OVERHEAD = 440;
const TAG_OVERHEAD = 320;

const check = shapeOf(
  { maxBytes: limit(64 * 1024 * 1024) },
  'an object of options, such as { maxBytes: 1_000_000 }',
);

/**
 * Creates a store in the memory of this process. When it is full, it drops what was used longest ago; an entry that would
 * not fit even alone is not kept at all. A restart empties it, and other processes don't see it.
 *
 * @throws ConfigurationError if an option is not valid
 */
export function memoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return new LruStore(checkOptions(check, options, 'memoryStore()').maxBytes);
}

class LruStore implements MemoryStore {
  readonly #tags = new TagIndex();
  readonly #entries: LRUCache<string, Entry>;

  constructor(maxBytes: number) {
    this.#entries = new LRUCache<string, Entry>({
      maxSize: maxBytes,
      sizeCalculation: sizeOf,
      dispose: ({ tags }, key) => this.#tags.remove(key, tags),
    });
  }

  get(key: string): Promise<Uint8Array | undefined> {
    return Promise.resolve(this.#find(key));
  }

  async set(key: string, value: Uint8Array, options: KeyValueOptions = {}): Promise<void> {
    this.#keep(key, value, options);
  }

  delete(key: string): Promise<void> {
    this.#entries.delete(key);
    return Promise.resolve();
  }

  deleteTag(tag: string): Promise<void> {
    for (const key of this.#tags.keysOf(tag)) this.#entries.delete(key);
    return Promise.resolve();
  }

  async replace(
    key: string,
    expected: Uint8Array | undefined,
    value: Uint8Array | undefined,
    options: KeyValueOptions = {},
  ): Promise<boolean> {
    if (!equalBytes(this.#find(key), expected)) return false;
    if (value) this.#keep(key, value, options);
    else this.#entries.delete(key);
    return true;
  }

  usage(): MemoryStoreUsage {
    return {
      entries: this.#entries.size,
      bytes: this.#entries.calculatedSize,
      tags: this.#tags.size,
    };
  }

  #find(key: string): Uint8Array | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until > Date.now()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  #keep(key: string, value: Uint8Array, { ttl, tags = [] }: KeyValueOptions): void {
    const until = endOf(ttl);
    this.#entries.delete(key);
    if (until <= Date.now()) return;
    // A copy without the buffer behind it, which may be much larger.
    const copy = Buffer.allocUnsafeSlow(value.byteLength);
    copy.set(value);
    const entry = { value: copy, until, tags: [...new Set(tags)] };
    this.#entries.set(key, entry);
    if (this.#entries.has(key)) this.#tags.add(key, entry.tags);
  }
}

/** Strings take up to two bytes for each unit. */
function sizeOf({ value, tags }: Entry, key: string): number {
  let size = ENTRY_OVERHEAD + value.byteLength + 2 * key.length;
  for (const tag of tags) size += TAG_OVERHEAD + 2 * tag.length;
  return size;
}
