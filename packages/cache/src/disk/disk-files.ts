import type { KeyValueOptions } from '@blaizejs/types';

import type { DiskStore } from '../disk.ts';
import { endOf } from '../stores/end-of.ts';
import { equalBytes } from '../stores/equal-bytes.ts';
import { decodeFile, encodeFile, type EntryFile } from './entry-file.ts';
import { diskSize, Files, type FileSystem, nameFor } from './files.ts';
import { Sweeper } from './sweeper.ts';
import { TagFiles } from './tag-files.ts';

/** How far writes may go beyond `maxBytes` before they wait for a sweep. */
const MAX_EXCESS = 1.1;

/** See `diskStore()`. */
export class DiskFiles implements DiskStore {
  readonly #files: Files;
  readonly #tags: TagFiles;
  readonly #sweeper: Sweeper;
  readonly #maxBytes: number;
  readonly #timer: NodeJS.Timeout | undefined;
  /** The last change of each key that is under way. */
  readonly #changes = new Map<string, Promise<unknown>>();
  #sweeping: Promise<void> | undefined;
  /** Bytes of all files, as far as this process knows; infinite until it has counted. */
  #total = Infinity;
  /** Those of them that a sweep under way may have missed. */
  #sinceSweep = 0;

  constructor(folder: string, maxBytes: number, sweepInterval: number, fs?: FileSystem) {
    this.#files = new Files(folder, fs);
    this.#tags = new TagFiles(this.#files);
    this.#sweeper = new Sweeper(this.#files, this.#tags, maxBytes);
    this.#maxBytes = maxBytes;
    if (sweepInterval > 0) {
      this.#timer = setInterval(() => void this.#sweep(true).catch(() => undefined), sweepInterval);
      this.#timer.unref();
    }
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const found = await this.#find(key);
    return found?.value;
  }

  async set(key: string, value: Uint8Array, options: KeyValueOptions = {}): Promise<void> {
    const copy = Uint8Array.from(value);
    await this.#change(key, () => this.#write(key, copy, options));
  }

  async delete(key: string): Promise<void> {
    await this.#change(key, () => this.#files.remove(nameFor(key, '.entry')));
  }

  async deleteTag(tag: string): Promise<void> {
    await this.#tags.purge(tag);
  }

  async replace(
    key: string,
    expected: Uint8Array | undefined,
    value: Uint8Array | undefined,
    options: KeyValueOptions = {},
  ): Promise<boolean> {
    const copy = value && Uint8Array.from(value);
    return this.#change(key, async () => {
      // Before the value is compared: a purge of a tag since then is to be noticed.
      const stamped = copy && (await this.#tags.stamp(options.tags ?? []));
      const found = await this.#find(key);
      if (!equalBytes(found?.value, expected)) return false;
      if (copy) await this.#write(key, copy, options, stamped);
      else await this.#files.remove(nameFor(key, '.entry'));
      return true;
    });
  }

  async sweep(): Promise<void> {
    // One that is under way may have begun before what is to be swept.
    await this.#sweeping?.catch(() => undefined);
    await this.#sweep(true);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#sweeping?.catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #find(key: string): Promise<EntryFile | undefined> {
    const name = nameFor(key, '.entry');
    const bytes = await this.#files.read(name, this.#maxBytes);
    const found = bytes && decodeFile(bytes);
    if (!found || found.key !== key || found.until <= Date.now()) return undefined;
    return (await this.#tags.isPurged(found.tags)) ? undefined : found;
  }

  async #write(
    key: string,
    value: Uint8Array,
    { ttl, tags = [] }: KeyValueOptions,
    stamped?: EntryFile['tags'],
  ): Promise<void> {
    const name = nameFor(key, '.entry');
    const until = endOf(ttl);
    const bytes = encodeFile({ key, value, until, tags: stamped ?? (await this.#tags.stamp(tags)) });
    const size = diskSize(bytes.byteLength);
    if (until <= Date.now() || size > this.#maxBytes) return this.#files.remove(name);
    await this.#files.write(name, bytes, until);
    await this.#count(size);
  }

  /** One change of a key after the other. */
  async #change<T>(key: string, run: () => Promise<T>): Promise<T> {
    const before = this.#changes.get(key);
    const change = before ? before.then(run, run) : run();
    this.#changes.set(key, change);
    try {
      return await change;
    } finally {
      if (this.#changes.get(key) === change) this.#changes.delete(key);
    }
  }

  async #count(size: number): Promise<void> {
    this.#total += size;
    this.#sinceSweep += size;
    if (this.#total <= this.#maxBytes) return;
    const swept = this.#sweep(false);
    // The first count need not be waited for.
    if (this.#total !== Infinity && this.#total > this.#maxBytes * MAX_EXCESS)
      await swept.catch(() => undefined);
    else swept.catch(() => undefined);
  }

  #sweep(withTags: boolean): Promise<void> {
    this.#sweeping ??= this.#sweepNow(withTags).finally(() => {
      this.#sweeping = undefined;
    });
    return this.#sweeping;
  }

  async #sweepNow(withTags: boolean): Promise<void> {
    do {
      this.#sinceSweep = 0;
      const left = await this.#sweeper.sweep(withTags);
      this.#total = left + this.#sinceSweep;
    } while (this.#total > this.#maxBytes);
  }
}
