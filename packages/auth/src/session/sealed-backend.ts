import type { KeyValueStore } from '@blaizejs/types';

import type { Backend, Found, Saved } from './backend.ts';
import { applyChanges, type Changes, type Data, decodeRecord, encodeRecord } from './data.ts';
import { Deadline } from './deadline.ts';
import { decodeEnd, encodeEnd, type End, Handover, preciseNow } from './end.ts';
import { tooLarge } from './errors.ts';
import { type Identity, identityOf, newIdentity } from './identity.ts';
import { isAlive, type Lifetime, timeLeft } from './lifetime.ts';
import type { Sealer } from './seal.ts';

/** The settings of a {@link SealedBackend}. */
export interface SealedSettings extends Lifetime {
  readonly sealer: Sealer;
  /** Remembers which sessions were ended: a client may keep a copy of a cookie. */
  readonly revocations: KeyValueStore;
  readonly storeTimeout: number;
  /** The name of the cookie. */
  readonly name: string;
  /** The most characters that the value of the cookie may have. */
  readonly room: number;
}

/** Sessions in the cookie itself. Nobody can read or change them there, but a client can keep an older state. */
export class SealedBackend implements Backend {
  readonly #settings: SealedSettings;
  readonly #handover: Handover;

  constructor(settings: SealedSettings) {
    this.#settings = settings;
    this.#handover = new Handover(settings.revocations);
  }

  newIdentity(): Identity {
    return newIdentity(this.#settings.name);
  }

  async find(values: readonly string[]): Promise<Found | End | undefined> {
    let end: End | undefined;
    for (const value of values) {
      const found = this.#open(value);
      const ended = found && (await this.#endOf(found.identity.id, this.#deadline()));
      if (found && !ended) return found;
      end ??= ended;
    }
    return end;
  }

  async create(identity: Identity, data: Data): Promise<Saved> {
    return this.#seal(identity, Date.now(), data);
  }

  async update({ identity, times, data }: Found, changes: Changes): Promise<Saved | End> {
    const saved = this.#seal(identity, times.created, applyChanges(data, changes));
    return (await this.#endOf(identity.id, this.#deadline())) ?? saved;
  }

  async replace({ identity, times, data }: Found, next: Identity, changes: Changes): Promise<Saved | End> {
    const deadline = this.#deadline();
    const saved = this.#seal(next, times.created, applyChanges(data, changes));
    const end = await this.#endOf(identity.id, deadline);
    if (end) return end;
    const now: End = { id: identity.id, at: preciseNow(), replaced: true };
    await this.#end(now, deadline);
    if (!(await this.#handover.replace(now.id, next.id, deadline))) return saved;
    await this.remove(next.id);
    return { ...now, replaced: false };
  }

  async remove(id: string): Promise<void> {
    const deadline = this.#deadline();
    await this.#handover.announce(id, deadline);
    await this.#end({ id, at: preciseNow() }, deadline);
    const next = await this.#handover.nextOf(id, deadline);
    if (next !== undefined) await this.remove(next);
  }

  #open(value: string): Found | undefined {
    const bytes = this.#settings.sealer.open(value);
    const record = bytes && decodeRecord(bytes);
    const identity = record && identityOf(record.token, this.#settings.name);
    if (!identity || !isAlive(record, this.#settings)) return undefined;
    return { identity, times: record, data: record.data };
  }

  #seal({ token }: Identity, created: number, data: Data): Saved {
    const bytes = encodeRecord({ token, created, seen: Date.now(), data });
    const value = this.#settings.sealer.seal(bytes);
    if (value.length > this.#settings.room) throw tooLarge(value.length, this.#settings.room, data);
    return { value, lasts: timeLeft(created, this.#settings) };
  }

  async #endOf(id: string, deadline: Deadline): Promise<End | undefined> {
    const bytes = await deadline.wait(() => this.#settings.revocations.get(keyOf(id)));
    return bytes && decodeEnd(id, bytes);
  }

  #end(end: End, deadline: Deadline): Promise<void> {
    const { revocations, absolute } = this.#settings;
    return deadline.wait(() => revocations.set(keyOf(end.id), encodeEnd(end), { ttl: absolute }));
  }

  #deadline(): Deadline {
    return new Deadline(this.#settings.storeTimeout);
  }
}

function keyOf(id: string): string {
  return `session:${id}:ended`;
}
