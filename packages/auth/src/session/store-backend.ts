import { setTimeout } from 'node:timers/promises';

import type { KeyValueStore } from '@blaizejs/types';

import type { Backend, Found, Saved } from './backend.ts';
import { applyChanges, type Changes, type Data, decodeRecord, encodeRecord, type Times } from './data.ts';
import { Deadline } from './deadline.ts';
import { decodeEnd, encodeEnd, type End, Handover, OVERLAP_MS, preciseNow } from './end.ts';
import { type Identity, identityOf, newIdentity } from './identity.ts';
import { isAlive, type Lifetime, timeLeft } from './lifetime.ts';
import { SaveQueue } from './save-queue.ts';
import type { Sealer } from './seal.ts';

/**
 * Where sessions are. With `replace()`, changes of several processes to one session at the same moment all survive; without
 * it, only those of one process do.
 */
export type SessionStore = KeyValueStore;

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
const queues = new WeakMap<KeyValueStore, SaveQueue<Changes, Saved | End>>();
const ALIVE = Buffer.from('alive');
const MAX_PAUSE_MS = 50;

/**
 * Sessions in a store; the cookie has a random token, and the store only its hash. Each session is two entries: its data, and a
 * mark, which is written when the session begins and when it ends, and never in between. So nothing that is saved late, by this
 * or another process, brings back a session that has ended.
 */
export class StoreBackend implements Backend {
  readonly #settings: StoreSettings;
  readonly #handover: Handover;
  readonly #queue: SaveQueue<Changes, Saved | End>;

  constructor(settings: StoreSettings) {
    this.#settings = settings;
    this.#handover = new Handover(settings.store);
    const queue = queues.get(settings.store) ?? new SaveQueue();
    queues.set(settings.store, queue);
    this.#queue = queue;
  }

  newIdentity(): Identity {
    return newIdentity(this.#settings.name);
  }

  async find(values: readonly string[]): Promise<Found | End | undefined> {
    const deadline = this.#deadline();
    let end: End | undefined;
    for (const value of values) {
      const identity = this.#identityIn(value);
      if (!identity) continue;
      const stored = await this.#read(identity.id, deadline);
      if ('bytes' in stored) return { identity, ...stored };
      // Of an id that never was, nothing is known, and nothing is ended.
      if (stored.at > 0) end ??= stored;
    }
    return end;
  }

  create(identity: Identity, data: Data): Promise<Saved> {
    return this.#create(identity, data, this.#deadline());
  }

  update({ identity }: Found, changes: Changes): Promise<Saved | End> {
    return this.#queue.update(identity.id, changes, async (all) => {
      const deadline = this.#deadline();
      const merged: Changes = new Map(all.flatMap((each) => [...each]));
      for (let attempt = 1; ; attempt++) {
        const stored = await this.#read(identity.id, deadline);
        if (!('bytes' in stored)) return stored;
        const data = applyChanges(stored.data, merged);
        const saved = await this.#write(identity, { created: stored.times.created, data }, deadline, stored);
        if (saved) return saved;
        // Another process was faster. Until the deadline, one of them always succeeds.
        await setTimeout(Math.random() * Math.min(attempt * attempt, MAX_PAUSE_MS));
      }
    });
  }

  replace({ identity }: Found, next: Identity, changes: Changes): Promise<Saved | End> {
    return this.#queue.run(identity.id, async () => {
      const deadline = this.#deadline();
      const stored = await this.#read(identity.id, deadline);
      if (!('bytes' in stored)) return stored;
      const saved = await this.#create(
        next,
        applyChanges(stored.data, changes),
        deadline,
        stored.times.created,
      );
      const end: End = { id: identity.id, at: preciseNow(), replaced: true };
      await this.#end(end, deadline);
      if (!(await this.#handover.replace(end.id, next.id, deadline))) return saved;
      await this.remove(next.id);
      return { ...end, replaced: false };
    });
  }

  async remove(id: string): Promise<void> {
    const next = await this.#queue.run(id, async () => {
      const deadline = this.#deadline();
      await this.#handover.announce(id, deadline);
      await this.#end({ id, at: preciseNow() }, deadline);
      return this.#handover.nextOf(id, deadline);
    });
    if (next !== undefined) await this.remove(next);
  }

  async #create(
    identity: Identity,
    data: Data,
    deadline: Deadline,
    created: number = Date.now(),
  ): Promise<Saved> {
    const { store, absolute } = this.#settings;
    const saved = (await this.#write(identity, { created, data }, deadline)) as Saved;
    await deadline.wait(() => store.set(markOf(identity.id), ALIVE, { ttl: absolute }));
    return saved;
  }

  async #read(id: string, deadline: Deadline): Promise<Stored | End> {
    const { store } = this.#settings;
    const [mark, bytes] = await deadline.wait(() =>
      Promise.all([store.get(markOf(id)), store.get(dataOf(id))]),
    );
    if (!mark) return { id, at: 0 };
    if (!ALIVE.equals(Buffer.from(mark))) return decodeEnd(id, mark);
    if (!bytes) {
      // It may have been ended between the two.
      const later = await deadline.wait(() => store.get(markOf(id)));
      return later && !ALIVE.equals(Buffer.from(later)) ? decodeEnd(id, later) : { id, at: 0 };
    }
    const record = decodeRecord(bytes);
    if (!record || !isAlive(record, this.#settings)) return { id, at: 0 };
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
    const key = dataOf(identity.id);
    const isWritten = await deadline.wait(async () => {
      if (before && store.replace) return store.replace(key, before.bytes, bytes, { ttl });
      await store.set(key, bytes, { ttl });
      return true;
    });
    if (!isWritten) return undefined;
    return { value: sealer ? sealer.seal(Buffer.from(identity.token)) : identity.token, lasts: ttl };
  }

  /** What is left without its mark is dropped in time. */
  async #end(end: End, deadline: Deadline): Promise<void> {
    const { store } = this.#settings;
    await deadline.wait(() => store.set(markOf(end.id), encodeEnd(end), { ttl: OVERLAP_MS }));
    await deadline.wait(() => store.delete(dataOf(end.id))).catch(() => undefined);
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

function dataOf(id: string): string {
  return `session:${id}`;
}

function markOf(id: string): string {
  return `session:${id}:alive`;
}
