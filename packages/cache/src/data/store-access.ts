import { BlaizeError } from '@blaizejs/errors';
import { toError } from '@blaizejs/errors/internal';
import type { KeyValueStore, Logger } from '@blaizejs/types';

import { type Moment, PurgeLog } from '../stores/purge-log.ts';
import { type Outcome, StoreGuard, withinTime } from '../stores/store-guard.ts';
import type { Entry } from './entry.ts';

/** Milliseconds that a purge may take: it is worth waiting for, and one of a tag may be a lot of work. */
const PURGE_TIMEOUT = 5_000;

/** What is needed of a cache to use its store. */
interface Settings {
  readonly store: KeyValueStore;
  readonly storeTimeout: number;
  readonly logger?: Pick<Logger, 'info' | 'warn'> | undefined;
}

/** The store of a cache: no call of it takes long, and what was purged is not written again. */
export class StoreAccess {
  readonly log: PurgeLog;
  readonly #store: KeyValueStore;
  // A store that is full may still be read.
  readonly #reads: StoreGuard;
  readonly #writes: StoreGuard;
  readonly #onError: () => void;
  /** Writes under way to a store that cannot compare and set. */
  readonly #writing = new Set<Promise<void>>();

  /** @param onError called for each call that fails */
  constructor({ store, storeTimeout, logger }: Settings, onError: () => void) {
    this.#store = store;
    this.log = PurgeLog.of(store);
    this.#onError = onError;
    const events = {
      onFail: (err: Error) => logger?.warn({ err }, 'The store of a cache fails'),
      onRecover: () => logger?.info('The store of a cache works again'),
    };
    this.#reads = new StoreGuard(store, storeTimeout, events);
    this.#writes = new StoreGuard(store, storeTimeout, events);
  }

  /** Whether purges by other processes can beat loads of this one. */
  get canReplace(): boolean {
    return this.#store.replace !== undefined;
  }

  read(key: string): Promise<Outcome<Uint8Array | undefined>> {
    return this.#count(this.#reads.attempt((store) => store.get(key)));
  }

  /** Compares and sets. @returns whether it did */
  async replace(key: string, expected: Uint8Array | undefined, entry: Entry | undefined): Promise<boolean> {
    const outcome = await this.#count(
      this.#writes.attempt(async (store) =>
        store.replace?.(key, expected, entry?.bytes, { ttl: entry?.ttl, tags: entry?.tags }),
      ),
    );
    return !outcome.isAway && outcome.value === true;
  }

  /**
   * Stores what was loaded, unless it was purged since.
   *
   * @param expected what has been there since `start`
   */
  async store(key: string, expected: Uint8Array | undefined, entry: Entry, start: Moment): Promise<void> {
    if (this.log.lastPurge(start, key, entry.tags) !== undefined) return;
    const work = this.log.begin();
    const write = this.canReplace ? this.replace(key, expected, entry) : this.#overwrite(key, entry);
    const checked = write.then(async () => {
      if (this.log.lastPurge(work.start, key, entry.tags) === undefined) return;
      if (this.canReplace) await this.replace(key, entry.bytes, undefined);
      else await this.#count(this.#writes.attempt((store) => store.delete(key)));
    });
    this.#writing.add(checked);
    await checked;
    this.#writing.delete(checked);
    work.end();
  }

  /** @throws BlaizeError `ERR_BLAIZE_CACHE_STORE` */
  async set(key: string, entry: Entry): Promise<void> {
    await this.#purge(
      () => this.log.purgeKey(key),
      () => this.#store.set(key, entry.bytes, { ttl: entry.ttl, tags: entry.tags }),
    );
  }

  /** @throws BlaizeError `ERR_BLAIZE_CACHE_STORE` */
  async delete(key: string): Promise<void> {
    await this.#purge(
      () => this.log.purgeKey(key),
      () => this.#store.delete(key),
    );
  }

  /** @throws BlaizeError `ERR_BLAIZE_CACHE_STORE` */
  async deleteTag(tag: string): Promise<void> {
    await this.#purge(
      () => this.log.purgeTag(tag),
      () => this.#store.deleteTag(tag),
    );
  }

  /** Loads that begin while the store is at it may have read what it deletes, so it is noted before and after. */
  async #purge(note: () => void, run: () => Promise<void>): Promise<void> {
    note();
    try {
      // One that had passed the check before takes back what it has written.
      await withinTime(Promise.all([run(), ...this.#writing]), PURGE_TIMEOUT);
    } catch (thrown) {
      this.#onError();
      const cause = toError(thrown);
      throw new BlaizeError('ERR_BLAIZE_CACHE_STORE', `The store of a cache failed: ${cause.message}`, {
        cause,
      });
    } finally {
      note();
    }
  }

  async #overwrite(key: string, { bytes, ttl, tags }: Entry): Promise<boolean> {
    const outcome = await this.#count(this.#writes.attempt((store) => store.set(key, bytes, { ttl, tags })));
    return !outcome.isAway;
  }

  async #count<T>(pending: Promise<Outcome<T>>): Promise<Outcome<T>> {
    const outcome = await pending;
    if (outcome.isAway) this.#onError();
    return outcome;
  }
}
