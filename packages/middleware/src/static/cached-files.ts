import type { BigIntStats } from 'node:fs';

import { type Content, openContent } from './content.ts';
import { FileCache } from './file-cache.ts';
import { type Root, statFile } from './open-file.ts';

// A file may be written to twice within the resolution of its times, and would look the same: it is kept once it has rested.
const REST = 1000;

/** How long small files stay in memory. */
export interface CacheSettings {
  /** Bytes. */
  readonly memory: number;
  /** Milliseconds. */
  readonly revalidate: number;
}

/** The files of a folder. Small ones are kept in memory, and are compared with the folder now and then. */
export class CachedFiles {
  readonly #root: Root;
  /** `null` for a compressed file that its original does not have. */
  readonly #cache: FileCache<Content | null>;
  readonly #loading = new Map<string, Promise<Content | null>>();

  constructor(root: Root, { memory, revalidate }: CacheSettings, now?: () => number) {
    this.#root = root;
    this.#cache = new FileCache(memory, revalidate, now);
  }

  /** What is in memory; `null` if there is no such file, undefined if that is not known. */
  known(path: string): Content | null | undefined {
    return this.#cache.fresh(path);
  }

  /** @param note whether to keep in mind that there is no such file. Only for names that clients can't choose */
  async find(path: string, note = false): Promise<Content | null> {
    const fresh = this.#cache.fresh(path);
    if (fresh !== undefined) return fresh;
    const other = this.#loading.get(path);
    if (other) {
      const content = await other;
      // An open file belongs to the request that opened it.
      return content?.file ? this.#load(path, note) : content;
    }
    const loading = this.#load(path, note);
    this.#loading.set(path, loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(path);
    }
  }

  async #load(path: string, note: boolean): Promise<Content | null> {
    const before = this.#cache.stale(path);
    if (before) {
      const stats = await statFile(path);
      if (stats && isSame(stats, before.stats)) {
        this.#cache.confirm(path);
        return before;
      }
    }
    this.#cache.delete(path);
    const content = (await openContent(path, this.#root)) ?? null;
    if (content === null ? note : content.bytes !== undefined && hasRested(content.stats)) {
      this.#cache.set(path, content, content?.size ?? 0);
    }
    return content;
  }
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return (
    one.ino === other.ino &&
    one.dev === other.dev &&
    one.size === other.size &&
    one.mtimeNs === other.mtimeNs &&
    one.ctimeNs === other.ctimeNs
  );
}

function hasRested({ ctimeMs, mtimeMs }: BigIntStats): boolean {
  const written = ctimeMs > mtimeMs ? ctimeMs : mtimeMs;
  return Date.now() - Number(written) >= REST;
}
