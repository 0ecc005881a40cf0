import { randomBytes } from 'node:crypto';

import { type Files, nameFor } from './files.ts';
import type { EntryMeta } from './entry-file.ts';

/** What stands for a tag that was never purged. */
const NEVER = '';

/**
 * The last purge of each tag, as a file with a random text. An entry remembers the purges that had been when it was stored:
 * if one differs now, it is purged. So a purge is one write, whatever has the tag, and beats writes under way.
 */
export class TagFiles {
  readonly #files: Files;

  constructor(files: Files) {
    this.#files = files;
  }

  async purge(tag: string): Promise<void> {
    await this.#files.write(nameFor(tag, '.tag'), Buffer.from(randomBytes(12).toString('hex')), Date.now());
  }

  /** What an entry with these tags remembers. */
  async stamp(tags: readonly string[]): Promise<EntryMeta['tags']> {
    return Promise.all([...new Set(tags)].map(async (tag) => [tag, await this.#lastPurge(tag)] as const));
  }

  async isPurged(tags: EntryMeta['tags']): Promise<boolean> {
    const now = await Promise.all(tags.map(([tag]) => this.#lastPurge(tag)));
    return tags.some(([, purge], at) => purge !== now[at]);
  }

  async #lastPurge(tag: string): Promise<string> {
    const found = await this.#files.read(nameFor(tag, '.tag'), 64);
    return found?.toString('latin1') ?? NEVER;
  }
}
