import {
  type Check,
  checkOptions,
  hasMethod,
  is,
  limit,
  options as shapeOf,
  optional,
  orElse,
  text,
} from '@blaizejs/errors/internal';
import type { KeyValueOptions, KeyValueStore, PubSub } from '@blaizejs/types';

import { memoryStore } from './memory-store.ts';
import { store as someStore } from './stores/check-store.ts';
import { endOf } from './stores/end-of.ts';
import { equalBytes } from './stores/equal-bytes.ts';
import { NearStore } from './tiered/near-store.ts';
import { type PurgeMessage, PurgeMessages } from './tiered/purge-messages.ts';
import { decodeTiered, encodeTiered, type TieredValue } from './tiered/tiered-value.ts';

/** The options of {@link tieredStore}. */
export interface TieredStoreOptions {
  /** Asked first, by this process alone. Default: `memoryStore()`, of 64 MiB. */
  readonly near?: KeyValueStore | undefined;
  /** Shared by all processes: `redisKeyValueStore()`, or `diskStore()` on one machine. */
  readonly far: KeyValueStore;
  /** Tells other processes what to drop from their near stores, such as `redisPubSub()`. Default: nobody is told. */
  readonly pubSub?: PubSub | undefined;
  /** The channel of `pubSub`; all processes that share the far store need the same. Default: `cache`. */
  readonly channel?: string | undefined;
  /**
   * Milliseconds after which a value is read from the far store again: how old it may be if no message about it arrives.
   * Default: 60 000 with `pubSub`, else 5000.
   */
  readonly nearTtl?: number | undefined;
}

/** A store in front of another, see {@link tieredStore}. */
export interface TieredStore extends KeyValueStore {
  /** Ends the subscription. What the store holds stays. */
  close(): Promise<void>;
  /** `await using` closes it. */
  [Symbol.asyncDispose](): Promise<void>;
}

const pubSub: Check<PubSub> = is(
  'a PubSub, such as redisPubSub()',
  (value) => hasMethod(value, 'publish') && hasMethod(value, 'subscribe'),
);

const check = shapeOf(
  {
    near: optional(someStore),
    far: someStore,
    pubSub: optional(pubSub),
    channel: orElse(text('a text that is not empty'), 'cache'),
    nearTtl: optional(limit(5_000)),
  },
  'an object of options, such as { far: redisKeyValueStore(…) }',
);

/**
 * Creates a store of two: a near one, which is fast and belongs to this process, and a far one, which all share. What is not
 * near is read from the far store and kept near. Writes and purges go to both, and through `pubSub` to the near stores of the
 * other processes.
 *
 * While messages do not arrive, the near store is not used, and it is emptied when that begins and ends. The far store holds
 * values in a form of its own: read it only through a tiered store.
 *
 * @throws ConfigurationError if an option is not valid
 */
export function tieredStore(options: TieredStoreOptions): TieredStore {
  const settings = checkOptions(check, options, 'tieredStore()');
  return new Tiers(settings);
}

/** What the near store keeps. */
interface Kept {
  readonly content: TieredValue;
  readonly bytes: Uint8Array;
}

type Settings = ReturnType<typeof check>;

class Tiers implements TieredStore {
  readonly #far: KeyValueStore;
  readonly #near: NearStore;
  readonly #messages: PurgeMessages | undefined;
  readonly replace?: NonNullable<KeyValueStore['replace']>;

  constructor({ near, far, pubSub, channel, nearTtl }: Settings) {
    this.#far = far;
    const isUsable = pubSub === undefined;
    this.#near = new NearStore(near ?? memoryStore(), nearTtl ?? (isUsable ? 5_000 : 60_000), isUsable);
    this.#messages =
      pubSub &&
      new PurgeMessages(pubSub, channel, {
        onPurge: (message) => void this.#hear(message),
        onConnection: (isConnected) => this.#near.reset(isConnected),
      });
    const replace = far.replace?.bind(far);
    if (replace) this.replace = (...args) => this.#replace(replace, ...args);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    const near = await this.#near.get(key);
    if (near) return near.value;
    const fill = this.#near.begin(key);
    try {
      const bytes = await this.#far.get(key);
      const found = bytes && decodeTiered(bytes);
      if (found) await fill.keep(found, bytes);
      return found?.value;
    } finally {
      fill.end();
    }
  }

  async set(key: string, value: Uint8Array, { ttl, tags = [] }: KeyValueOptions = {}): Promise<void> {
    const content: TieredValue = { value, tags, until: endOf(ttl) };
    const bytes = encodeTiered(content);
    const write = async (): Promise<boolean> => {
      await this.#far.set(key, bytes, { ttl, tags });
      return true;
    };
    await this.#write(key, { content, bytes }, write);
  }

  async delete(key: string): Promise<void> {
    await this.#purge({ key }, () => this.#far.delete(key));
  }

  async deleteTag(tag: string): Promise<void> {
    await this.#purge({ tag }, () => this.#far.deleteTag(tag));
  }

  async close(): Promise<void> {
    this.#near.reset(false);
    await this.#messages?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #replace(
    replace: NonNullable<KeyValueStore['replace']>,
    key: string,
    expected: Uint8Array | undefined,
    value: Uint8Array | undefined,
    { ttl, tags = [] }: KeyValueOptions = {},
  ): Promise<boolean> {
    const content = value && { value, tags, until: endOf(ttl) };
    const bytes = content && encodeTiered(content);
    const attempt = (before: Uint8Array | undefined): Promise<boolean> =>
      replace(key, before, bytes, { ttl, tags });
    if (expected === undefined) {
      // Where the far store has nothing, no near store has anything that is not valid.
      const isDone = await attempt(undefined);
      if (isDone) await this.#near.drop({ key });
      return isDone;
    }
    const before = await this.#far.get(key);
    if (!before || !equalBytes(decodeTiered(before)?.value, expected)) return false;
    return this.#write(key, content && bytes && { content, bytes }, () => attempt(before));
  }

  /** Values that are read meanwhile may be old, so they are dropped before and after. */
  async #purge(purge: PurgeMessage, run: () => Promise<void>): Promise<void> {
    await this.#near.drop(purge);
    try {
      await run();
    } finally {
      await this.#near.drop(purge);
    }
    // Not before: others would read the old value again.
    await this.#messages?.publish(purge);
  }

  /** Writes a value to the far store, and to the near one if nobody else has changed it meanwhile. */
  async #write(key: string, kept: Kept | undefined, run: () => Promise<boolean>): Promise<boolean> {
    await this.#near.drop({ key });
    const writing = this.#near.begin(key);
    let isDone = false;
    try {
      isDone = await run();
    } finally {
      const isLatest = kept && isDone && !writing.isPurged(kept.content.tags);
      const dropped = this.#near.drop({ key });
      const filling = this.#near.begin(key);
      await dropped;
      if (isLatest) await filling.keep(kept.content, kept.bytes);
      filling.end();
      writing.end();
    }
    if (isDone) await this.#messages?.publish({ key });
    return isDone;
  }

  async #hear(message: PurgeMessage | undefined): Promise<void> {
    if (message) await this.#near.drop(message);
    else this.#near.reset(true);
  }
}
