import { isObject } from '@blaizejs/errors/internal';
import type { KeyValueStore } from '@blaizejs/types';

import { type Backend, type Found, type Gone, OVERLAP_MS, type Saved } from './backend.ts';
import { applyChanges, type Changes, type Data, decodeRecord, encodeRecord } from './data.ts';
import { Deadline } from './deadline.ts';
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

  constructor(settings: SealedSettings) {
    this.#settings = settings;
  }

  newIdentity(): Identity {
    return newIdentity(this.#settings.name);
  }

  async find(values: readonly string[]): Promise<Found | 'replaced' | undefined> {
    let replaced = false;
    for (const value of values) {
      const found = this.#open(value);
      const gone = found && (await this.#goneOf(found.identity, this.#deadline()));
      if (gone === 'replaced') replaced = true;
      else if (found && !gone) return found;
    }
    return replaced ? 'replaced' : undefined;
  }

  async create(identity: Identity, data: Data): Promise<Saved> {
    return this.#seal(identity, Date.now(), data);
  }

  async update({ identity, times, data }: Found, changes: Changes): Promise<Saved | Gone> {
    const saved = this.#seal(identity, times.created, applyChanges(data, changes));
    return (await this.#goneOf(identity, this.#deadline())) ?? saved;
  }

  async replace({ identity, times, data }: Found, next: Identity, changes: Changes): Promise<Saved | Gone> {
    const deadline = this.#deadline();
    const saved = this.#seal(next, times.created, applyChanges(data, changes));
    const gone = await this.#goneOf(identity, deadline);
    if (gone) return gone;
    await this.#revoke(identity, { replaced: Date.now() }, deadline);
    return saved;
  }

  remove({ identity }: Found): Promise<void> {
    return this.#revoke(identity, {}, this.#deadline());
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

  async #goneOf(identity: Identity, deadline: Deadline): Promise<Gone | undefined> {
    const bytes = await deadline.wait(() => this.#settings.revocations.get(keyOf(identity)));
    if (!bytes) return undefined;
    const { replaced } = read(bytes);
    return typeof replaced === 'number' && Math.abs(Date.now() - replaced) < OVERLAP_MS
      ? 'replaced'
      : 'ended';
  }

  #revoke(identity: Identity, how: { readonly replaced?: number }, deadline: Deadline): Promise<void> {
    const { revocations, absolute } = this.#settings;
    return deadline.wait(() =>
      revocations.set(keyOf(identity), Buffer.from(JSON.stringify(how)), { ttl: absolute }),
    );
  }

  #deadline(): Deadline {
    return new Deadline(this.#settings.storeTimeout);
  }
}

function keyOf({ id }: Identity): string {
  return `session:${id}:ended`;
}

/** Whatever else is there means that the session has ended. */
function read(bytes: Uint8Array): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
