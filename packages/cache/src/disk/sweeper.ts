import type { Stats } from 'node:fs';

import { decodeMeta, type EntryMeta, HEAD, metaLength } from './entry-file.ts';
import { diskSize, type Files, hasCode, nameFor } from './files.ts';
import type { TagFiles } from './tag-files.ts';

/** Files that are looked at together. */
const BATCH = 16;
/** Milliseconds after which a file that was not renamed is left over from a crash, and an unused tag is forgotten. */
const LEFT_OVER = 3_600_000;
/** The part of `maxBytes` that stays if there is too much. */
const KEPT = 0.9;
/** Bytes of key and tags that a sweep reads. */
const MAX_META = 1_000_000;

interface Listed {
  readonly name: string;
  readonly size: number;
  readonly used: number;
}

/** Deletes what nobody needs. Other processes may do the same at the same time. */
export class Sweeper {
  readonly #files: Files;
  readonly #tags: TagFiles;
  readonly #maxBytes: number;

  constructor(files: Files, tags: TagFiles, maxBytes: number) {
    this.#files = files;
    this.#tags = tags;
    this.#maxBytes = maxBytes;
  }

  /** @param withTags whether to look for purged entries too, which reads every file. @returns the bytes that are left */
  async sweep(withTags: boolean): Promise<number> {
    const names = await this.#list();
    const tagFiles = names.filter((name) => name.endsWith('.tag'));
    const usedTags = withTags && tagFiles.length > 0 ? new Set<string>() : undefined;
    const entries: Listed[] = [];
    await inBatches(names, async (name) => {
      const stat = await this.#stat(name);
      if (!stat) return;
      if (name.endsWith('.tmp')) {
        if (stat.ctimeMs < Date.now() - LEFT_OVER) await this.#files.remove(name);
      } else if (name.endsWith('.entry')) {
        if (stat.mtimeMs <= Date.now() || (usedTags && (await this.#isPurged(name, usedTags)))) {
          await this.#files.remove(name);
        } else {
          entries.push({ name, size: diskSize(stat.size), used: stat.atimeMs });
        }
      }
    });
    if (usedTags) await this.#forgetTags(tagFiles, usedTags);
    return this.#shrink(entries);
  }

  async #list(): Promise<string[]> {
    try {
      return await this.#files.fs.readdir(this.#files.folder);
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return [];
      throw error;
    }
  }

  async #stat(name: string): Promise<Stats | undefined> {
    try {
      return await this.#files.fs.lstat(this.#files.pathOf(name));
    } catch (error) {
      if (hasCode(error, 'ENOENT')) return undefined;
      throw error;
    }
  }

  async #isPurged(name: string, usedTags: Set<string>): Promise<boolean> {
    const meta = await this.#readMeta(name);
    if (!meta || (await this.#tags.isPurged(meta.tags))) return true;
    for (const [tag] of meta.tags) usedTags.add(nameFor(tag, '.tag'));
    return false;
  }

  async #readMeta(name: string): Promise<EntryMeta | undefined> {
    const head = await this.#files.read(name, Infinity, HEAD);
    if (!head || head.byteLength < HEAD) return undefined;
    const length = metaLength(head);
    if (length > MAX_META) return undefined;
    const bytes = await this.#files.read(name, Infinity, HEAD + length);
    return bytes && decodeMeta(bytes);
  }

  /** No entry remembers an older purge any more: those that did were deleted just now. */
  async #forgetTags(tagFiles: readonly string[], usedTags: ReadonlySet<string>): Promise<void> {
    await inBatches(tagFiles, async (name) => {
      if (usedTags.has(name)) return;
      const stat = await this.#stat(name);
      if (stat && stat.mtimeMs < Date.now() - LEFT_OVER) await this.#files.remove(name);
    });
  }

  async #shrink(entries: Listed[]): Promise<number> {
    let total = entries.reduce((sum, { size }) => sum + size, 0);
    if (total <= this.#maxBytes) return total;
    entries.sort((a, b) => a.used - b.used);
    for (const { name, size } of entries) {
      if (total <= this.#maxBytes * KEPT) break;
      await this.#files.remove(name);
      total -= size;
    }
    return total;
  }
}

async function inBatches<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < items.length; at += BATCH) {
    await Promise.all(items.slice(at, at + BATCH).map(run));
  }
}
