import type { KeyValueStore } from '@blaizejs/types';

import { type Backend, type Found, type Gone, OVERLAP_MS, type Saved } from './backend.ts';
import { applyChanges, type Changes, type Data, decodeRecord, encodeRecord, type Times } from './data.ts';
import { Deadline } from './deadline.ts';
import { storeFailed } from './errors.ts';
import { type Identity, identityOf, newIdentity } from './identity.ts';
import { isAlive, type Lifetime, timeLeft } from './lifetime.ts';
import { SaveQueue } from './save-queue.ts';
import type { Sealer } from './seal.ts';

/** A store that can also replace a value only if nobody else has changed it. */
export interface SessionStore extends KeyValueStore {
  /**
   * Stores a value if the current one is the expected one, atomically. With it, changes of several processes to one session at
   * the same moment all survive; without it, only those of one process do.
   *
   * @returns whether it was stored
   */
  replace?(
    key: string,
    expected: Uint8Array,
    value: Uint8Array,
    options: { readonly ttl: number },
  ): Promise<boolean>;
}

/** The settings of a {@link StoreBackend}. */
export interface StoreSettings extends Lifetime {
  readonly store: SessionStore;
  readonly storeTimeout: number;
  /** The name of the cookie. */
  readonly name: string;
  /** Hides ids in cookies, so that nobody can make one up. */
  readonly sealer: Sealer | undefined;
}

interface Stored {
  readonly bytes: Uint8Array;
  readonly times: Times;
  readonly data: Data;
}

// One for each store: several middleware may use it.
const queues = new WeakMap<KeyValueStore, SaveQueue<Changes, Saved | Gone>>();
const ALIVE = Buffer.from('alive');
const REPLACED = Buffer.from('replaced');
const ATTEMPTS = 10;

/**
 * Sessions in a store; the cookie has a random token, and the store only its hash. Each session is two entries: a mark that is
 * written once, when it begins, and its data. A session without a mark has ended: as nobody writes a mark again, nothing that
 * is saved late, by this or another process, brings it back.
 */
export class StoreBackend implements Backend {
  readonly #settings: StoreSettings;
  readonly #queue: SaveQueue<Changes, Saved | Gone>;

  constructor(settings: StoreSettings) {
    this.#settings = settings;
    const queue = queues.get(settings.store) ?? new SaveQueue();
    queues.set(settings.store, queue);
    this.#queue = queue;
  }

  newIdentity(): Identity {
    return newIdentity(this.#settings.name);
  }

  async find(values: readonly string[]): Promise<Found | 'replaced' | undefined> {
    const deadline = this.#deadline();
    let replaced = false;
    for (const value of values) {
      const identity = this.#identityIn(value);
      if (!identity) continue;
      const stored = await this.#read(identity, deadline);
      if (stored === 'replaced') replaced = true;
      else if (stored !== 'ended') return { identity, ...stored };
    }
    return replaced ? 'replaced' : undefined;
  }

  create(identity: Identity, data: Data): Promise<Saved> {
    return this.#create(identity, data, this.#deadline());
  }

  update({ identity }: Found, changes: Changes): Promise<Saved | Gone> {
    return this.#queue.update(identity.id, changes, async (all) => {
      const deadline = this.#deadline();
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const stored = await this.#read(identity, deadline);
        if (typeof stored === 'string') return stored;
        const data = all.reduce<Data>(applyChanges, stored.data);
        const saved = await this.#write(identity, { created: stored.times.created, data }, deadline, stored);
        if (saved) return saved;
      }
      throw storeFailed('is too busy: other processes kept changing this session');
    });
  }

  replace({ identity }: Found, next: Identity, changes: Changes): Promise<Saved | Gone> {
    return this.#queue.run(identity.id, async () => {
      const deadline = this.#deadline();
      const stored = await this.#read(identity, deadline);
      if (typeof stored === 'string') return stored;
      const saved = await this.#create(
        next,
        applyChanges(stored.data, changes),
        deadline,
        stored.times.created,
      );
      const { store } = this.#settings;
      await deadline.wait(() => store.set(markOf(identity), REPLACED, { ttl: OVERLAP_MS }));
      await this.#forget(identity, deadline);
      return saved;
    });
  }

  remove({ identity }: Found): Promise<void> {
    return this.#queue.run(identity.id, async () => {
      const deadline = this.#deadline();
      await deadline.wait(() => this.#settings.store.delete(markOf(identity)));
      await this.#forget(identity, deadline);
    });
  }

  async #create(
    identity: Identity,
    data: Data,
    deadline: Deadline,
    created: number = Date.now(),
  ): Promise<Saved> {
    const { store, absolute } = this.#settings;
    const saved = (await this.#write(identity, { created, data }, deadline)) as Saved;
    await deadline.wait(() => store.set(markOf(identity), ALIVE, { ttl: absolute }));
    return saved;
  }

  async #read(identity: Identity, deadline: Deadline): Promise<Stored | Gone> {
    const { store } = this.#settings;
    const [mark, bytes] = await deadline.wait(() =>
      Promise.all([store.get(markOf(identity)), store.get(dataOf(identity))]),
    );
    if (!mark) return 'ended';
    if (REPLACED.equals(mark)) return 'replaced';
    const record = bytes && decodeRecord(bytes);
    if (!record || !isAlive(record, this.#settings)) return 'ended';
    return { bytes, times: record, data: record.data };
  }

  /** @returns undefined if another process has changed what was there before */
  async #write(
    identity: Identity,
    { created, data }: { readonly created: number; readonly data: Data },
    deadline: Deadline,
    before?: Stored,
  ): Promise<Saved | undefined> {
    const { store, sealer } = this.#settings;
    const ttl = timeLeft(created, this.#settings);
    const bytes = encodeRecord({ created, seen: Date.now(), data });
    const key = dataOf(identity);
    const isWritten = await deadline.wait(async () => {
      if (before && store.replace) return store.replace(key, before.bytes, bytes, { ttl });
      await store.set(key, bytes, { ttl });
      return true;
    });
    if (!isWritten) return undefined;
    return { value: sealer ? sealer.seal(Buffer.from(identity.token)) : identity.token, lasts: ttl };
  }

  /** Without its mark, the session has ended already. What is left is dropped in time. */
  async #forget(identity: Identity, deadline: Deadline): Promise<void> {
    await deadline.wait(() => this.#settings.store.delete(dataOf(identity))).catch(() => undefined);
  }

  #identityIn(value: string): Identity | undefined {
    const { sealer, name } = this.#settings;
    const token = sealer ? sealer.open(value) : value;
    return identityOf(typeof token === 'object' ? Buffer.from(token).toString() : token, name);
  }

  #deadline(): Deadline {
    return new Deadline(this.#settings.storeTimeout);
  }
}

function dataOf({ id }: Identity): string {
  return `session:${id}`;
}

function markOf({ id }: Identity): string {
  return `session:${id}:alive`;
}
