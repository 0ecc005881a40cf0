import type { KeyValueStore } from '@blaizejs/types';

import { PurgeLog } from '../stores/purge-log.ts';
import type { PurgeMessage } from './purge-messages.ts';
import { decodeTiered, type TieredValue } from './tiered-value.ts';

/** A value on its way from the far store to the near one. */
interface Fill {
  /** Keeps it, unless it was purged since the fill began. */
  keep(content: TieredValue, bytes: Uint8Array): Promise<void>;
  /** Whether what has these tags was purged since, or the near store forgot everything. */
  isPurged(tags: readonly string[]): boolean;
  end(): void;
}

/** The near store of a tiered one. If it fails, it is as if it were empty. */
export class NearStore {
  readonly #store: KeyValueStore;
  readonly #ttl: number;
  readonly #log = new PurgeLog();
  /** Keys begin with it; with another one, nothing is found that was stored before. */
  #generation = crypto.randomUUID();
  #isUsable: boolean;

  /** @param ttl milliseconds that a value stays at most */
  constructor(store: KeyValueStore, ttl: number, isUsable: boolean) {
    this.#store = store;
    this.#ttl = ttl;
    this.#isUsable = isUsable;
  }

  /** Forgets everything. @param isUsable whether anything is kept from now on */
  reset(isUsable: boolean): void {
    this.#generation = crypto.randomUUID();
    this.#isUsable = isUsable;
  }

  async get(key: string): Promise<TieredValue | undefined> {
    if (!this.#isUsable) return undefined;
    const name = this.#nameOf(key);
    try {
      const bytes = await this.#store.get(name);
      // It may have become useless meanwhile.
      if (!bytes || name !== this.#nameOf(key)) return undefined;
      const found = decodeTiered(bytes);
      return found && found.until > Date.now() ? found : undefined;
    } catch {
      return undefined;
    }
  }

  /** Begins before the far store is read. */
  begin(key: string): Fill {
    const name = this.#nameOf(key);
    const { start, end } = this.#log.begin();
    const isPurged = (tags: readonly string[]): boolean =>
      !this.#isUsable || name !== this.#nameOf(key) || this.#log.lastPurge(start, key, tags) !== undefined;
    return {
      keep: async ({ tags, until }, bytes) => {
        const ttl = Math.min(this.#ttl, until - Date.now());
        if (ttl <= 0 || isPurged(tags)) return;
        try {
          await this.#store.set(name, bytes, { ttl, tags });
          if (isPurged(tags)) await this.#store.delete(name);
        } catch {
          // It stays far.
        }
      },
      isPurged,
      end,
    };
  }

  /** Drops what was purged, and what is on its way. */
  async drop(purge: PurgeMessage): Promise<void> {
    try {
      if ('key' in purge) {
        this.#log.purgeKey(purge.key);
        await this.#store.delete(this.#nameOf(purge.key));
      } else {
        this.#log.purgeTag(purge.tag);
        await this.#store.deleteTag(purge.tag);
      }
    } catch {
      // What cannot be dropped must not be found.
      this.reset(this.#isUsable);
    }
  }

  #nameOf(key: string): string {
    return `${this.#generation}:${key}`;
  }
}
