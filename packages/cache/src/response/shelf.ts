import { randomUUID } from 'node:crypto';

import type { KeyValueStore } from '@blaizejs/types';

import type { CacheKey } from './cache-key.ts';
import { decodeRecord, encodeEntry, encodeIndex, type Entry, type VariantIndex } from './entry.ts';
import { GuardedStore } from './guarded-store.ts';
import { Purges } from './purges.ts';
import { type ReadHeader, variantOf } from './variant.ts';

/** What was found: an answer, or why there is none. `lists` are the headers that decide, if the URL is known. */
export interface Found {
  readonly entry?: Entry;
  readonly lists: readonly (readonly string[])[];
}

/** What to remove. */
export type Mark = { readonly tag: string } | { readonly path: string } | { readonly url: string };

const PREFIX = 'http:';
// The answers to a URL rarely disagree about what decides.
const MOST_LISTS = 4;
/** Milliseconds for which other processes learn of a purge: no request is under way for longer. */
const MARK_TTL = 600_000;
// Clocks of other machines may differ by so much.
const SKEW = 1_000;
const NONE: Found = { lists: [] };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The stored answers. Only what is called a purge rejects. */
export class Shelf {
  readonly purges = new Purges();
  readonly #store: KeyValueStore;
  readonly #guarded: GuardedStore;
  /** Whether other processes may use the store. */
  readonly #isShared: boolean;
  readonly #maxVariants: number;
  readonly #id = randomUUID();
  /** Indexes that are being written. */
  readonly #writing = new Map<string, Promise<unknown>>();

  constructor(
    store: KeyValueStore,
    options: {
      readonly isShared: boolean;
      readonly maxVariants: number;
      readonly storeTimeout: number;
      readonly report: (error: Error) => void;
    },
  ) {
    this.#store = store;
    this.#isShared = options.isShared;
    this.#maxVariants = options.maxVariants;
    this.#guarded = new GuardedStore(store, options.storeTimeout, options.report);
  }

  /** Finds the answer for a request with these headers. */
  async find({ url }: CacheKey, read: ReadHeader): Promise<Found> {
    const bytes = await this.#guarded.get(PREFIX + url);
    const stored = bytes && decodeRecord(bytes);
    if (!stored) return NONE;
    if ('entry' in stored) return { entry: stored.entry, lists: [] };
    const { generation, lists, variants } = stored.index;
    for (const names of lists) {
      const variant = variantOf(names, read);
      if (!variants.includes(variant)) continue;
      const entry = await this.#readEntry(variantKey(url, generation, variant));
      if (entry) return { entry, lists };
    }
    return { lists };
  }

  /**
   * Stores an answer, unless something was removed in the meantime that it belongs to.
   *
   * @param began what `purges.now` was when its request began
   * @param since when that was, in milliseconds since 1970
   * @returns whether it was stored
   */
  async save(
    key: CacheKey,
    entry: Entry,
    { ttl, began, since }: { readonly ttl: number; readonly began: number; readonly since: number },
  ): Promise<boolean> {
    const marks = marksOf(key, entry);
    if (this.purges.since(began, marks)) return false;
    const tags = tagsOf(key, entry);
    const place = entry.head.vary.length === 0 ? PREFIX + key.url : await this.#placeFor(key, entry, ttl);
    if (!(await this.#guarded.set(place, encodeEntry(entry), { ttl, tags }))) return false;
    // Only now: a purge marks first and deletes then, so one of the two sees the other.
    if (!this.purges.since(began, marks) && !(await this.#isPurgedElsewhere(marks, since))) return true;
    await this.#guarded.delete(place);
    return false;
  }

  /** Writes an answer again that was found, with a new lifetime. */
  async touch(key: CacheKey, entry: Entry, ttl: number, began: number): Promise<void> {
    await this.save(key, entry, { ttl, began, since: Date.now() });
  }

  /**
   * Removes answers. What is under way is not stored.
   *
   * @throws what the store throws, or `TimeoutError` after 5 seconds
   */
  async remove(mark: Mark): Promise<void> {
    const name = nameOf(mark);
    this.purges.add(name);
    await within(5_000, async () => {
      if (this.#isShared) {
        const value = encoder.encode(JSON.stringify({ at: Date.now(), by: this.#id }));
        await this.#store.set(`${PREFIX}purged ${name}`, value, { ttl: MARK_TTL });
      }
      // The key of a URL leads to all of its variants.
      if ('url' in mark) await this.#store.delete(PREFIX + mark.url);
      else await this.#store.deleteTag(PREFIX + name);
    });
  }

  async #readEntry(key: string): Promise<Entry | undefined> {
    const bytes = await this.#guarded.get(key);
    const stored = bytes && decodeRecord(bytes);
    return stored && 'entry' in stored ? stored.entry : undefined;
  }

  /** Adds a variant to the index of its URL, and returns its key. One at a time: it is read, changed and written. */
  async #placeFor(key: CacheKey, entry: Entry, ttl: number): Promise<string> {
    const before = this.#writing.get(key.url);
    const writing = (async () => {
      await before;
      return this.#addVariant(key, entry, ttl);
    })();
    this.#writing.set(key.url, writing);
    const place = await writing;
    if (this.#writing.get(key.url) === writing) this.#writing.delete(key.url);
    return place;
  }

  async #addVariant({ url, path }: CacheKey, { head }: Entry, ttl: number): Promise<string> {
    const bytes = await this.#guarded.get(PREFIX + url);
    const stored = bytes && decodeRecord(bytes);
    const index = stored && 'index' in stored ? stored.index : undefined;
    const lists = index?.lists.filter((names) => names.join() !== head.vary.join()) ?? [];
    const variants = index?.variants.filter((variant) => variant !== head.variant) ?? [];
    const next: VariantIndex = {
      generation: index?.generation ?? randomUUID().slice(0, 8),
      lists: [head.vary, ...lists].slice(0, MOST_LISTS),
      variants: [head.variant, ...variants].slice(0, this.#maxVariants),
    };
    for (const gone of variants.slice(this.#maxVariants - 1)) {
      await this.#guarded.delete(variantKey(url, next.generation, gone));
    }
    // It outlives its variants, which may have longer lifetimes than this one.
    const tags = [PREFIX + nameOf({ path })];
    await this.#guarded.set(PREFIX + url, encodeIndex(next), { ttl: Math.max(ttl, 86_400_000), tags });
    return variantKey(url, next.generation, head.variant);
  }

  async #isPurgedElsewhere(marks: readonly string[], since: number): Promise<boolean> {
    if (!this.#isShared) return false;
    const found = await Promise.all(marks.map((mark) => this.#guarded.get(`${PREFIX}purged ${mark}`)));
    return found.some((bytes) => bytes !== undefined && this.#isAfter(bytes, since));
  }

  #isAfter(bytes: Uint8Array, since: number): boolean {
    try {
      const { at, by } = JSON.parse(decoder.decode(bytes)) as { at: number; by: string };
      return by !== this.#id && at >= since - SKEW;
    } catch {
      return false;
    }
  }
}

function variantKey(url: string, generation: string, variant: string): string {
  return `${PREFIX}${url} ${generation} ${variant}`;
}

function nameOf(mark: Mark): string {
  if ('tag' in mark) return `tag ${mark.tag}`;
  // A path and the same with a slash at its end are one page.
  return 'path' in mark ? `path ${mark.path.replace(/(?<=.)\/$/, '')}` : `url ${mark.url}`;
}

function marksOf(key: CacheKey, { head }: Entry): string[] {
  return [nameOf({ url: key.url }), nameOf({ path: key.path }), ...head.tags.map((tag) => nameOf({ tag }))];
}

function tagsOf(key: CacheKey, { head }: Entry): string[] {
  return [{ path: key.path }, ...head.tags.map((tag) => ({ tag }))].map((mark) => PREFIX + nameOf(mark));
}

async function within<T>(milliseconds: number, run: () => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(milliseconds);
  return new Promise<T>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    run().then(resolve, reject);
  });
}
