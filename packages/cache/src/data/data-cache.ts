import { toError } from '@blaizejs/errors/internal';
import type { Logger } from '@blaizejs/types';

import type { Cache } from '../create-cache.ts';
import { Flights, type Tagged } from '../stores/flights.ts';
import type { Moment } from '../stores/purge-log.ts';
import { type CacheStats, Counters, type Counts } from './counters.ts';
import { type Entry, type Found, parse, readFound, recordOf, renew, toEntry } from './entry.ts';
import { toJson } from './json.ts';
import { type CacheKey, joinKey, prefixOf } from './key.ts';
import { assertLoad, callLoad, type LoadContext } from './load.ts';
import {
  type CacheSettings,
  type EntryOptions,
  readEntry,
  readTag,
  readWrap,
  type WrapOptions,
  type WrapSettings,
} from './options.ts';
import { RecentFailures } from './recent-failures.ts';
import { type CacheRecord, encodeRecord, type ValueRecord } from './record.ts';
import { StoreAccess } from './store-access.ts';

type Load = (context: LoadContext) => unknown;

/** What all who wait for a key get. */
interface Answer extends Tagged {
  readonly from: 'fresh' | 'stale' | 'load';
  /** A copy of the value for one of them. */
  take(): unknown;
}

/** One call of `wrap()`. */
interface Call {
  readonly key: string;
  readonly settings: WrapSettings;
  readonly load: Load;
  readonly counts: Counts;
}

/** What was in the store when a load began; undefined if the store is away. */
type Before =
  { readonly bytes: Uint8Array | undefined; readonly record: CacheRecord | undefined } | undefined;

/** See `createCache()`. */
export class DataCache implements Cache {
  readonly #prefix: string;
  readonly #jitter: number;
  readonly #loadTimeout: number;
  readonly #logger: Pick<Logger, 'info' | 'warn'> | undefined;
  readonly #access: StoreAccess;
  readonly #counters = new Counters();
  /** Reads of the store, with the loads that they wait for. */
  readonly #lookups: Flights<Answer>;
  /** Loads, also those that nobody waits for. */
  readonly #loads: Flights<Answer>;
  readonly #failures = new RecentFailures();

  constructor(settings: CacheSettings & { readonly store: NonNullable<CacheSettings['store']> }) {
    this.#prefix = `${settings.name}:`;
    this.#jitter = settings.jitter;
    this.#loadTimeout = settings.loadTimeout;
    this.#logger = settings.logger;
    this.#access = new StoreAccess(settings, () => (this.#counters.storeErrors += 1));
    this.#lookups = new Flights(this.#access.log);
    this.#loads = new Flights(this.#access.log);
  }

  async wrap<T>(
    key: CacheKey,
    options: WrapOptions,
    load: (context: LoadContext) => T | PromiseLike<T>,
  ): Promise<T> {
    const settings = readWrap(options);
    assertLoad(load);
    const name = this.#nameOf(key);
    const counts = this.#counters.of(prefixOf(key));
    const call: Call = { key: name, settings, load, counts };
    let answer: Answer;
    try {
      answer = await this.#lookups.run(name, settings.tags, (start) => this.#look(call, start));
    } catch (error) {
      counts.misses += 1;
      throw error;
    }
    counts[COUNTED[answer.from]] += 1;
    return answer.take() as T;
  }

  async get<T = unknown>(key: CacheKey): Promise<T | undefined> {
    const name = this.#nameOf(key);
    const counts = this.#counters.of(prefixOf(key));
    const work = this.#access.log.begin();
    const outcome = await this.#access.read(name);
    const found = outcome.isAway ? undefined : readFound(recordOf(outcome.value), Date.now(), NO_WINDOWS);
    counts[found ? 'hits' : 'misses'] += 1;
    if (found && !outcome.isAway) this.#renew(name, outcome.value, found.record, work.start);
    work.end();
    return found?.value as T | undefined;
  }

  async set(key: CacheKey, value: unknown, options: EntryOptions): Promise<void> {
    const settings = readEntry(options);
    const name = this.#nameOf(key);
    const json = toJson(value, name);
    await this.#access.set(name, toEntry(json, this.#shorten(settings.ttl), settings.tags, settings, 0));
  }

  async delete(key: CacheKey): Promise<void> {
    await this.#access.delete(this.#nameOf(key));
  }

  async deleteTag(tag: string): Promise<void> {
    await this.#access.deleteTag(readTag(tag));
  }

  stats(): CacheStats {
    return this.#counters.stats();
  }

  #nameOf(key: CacheKey): string {
    return this.#prefix + joinKey(key);
  }

  async #look(call: Call, start: Moment): Promise<Answer> {
    const { key, settings } = call;
    const outcome = await this.#access.read(key);
    if (outcome.isAway) return this.#load(call, undefined);
    const record = recordOf(outcome.value);
    const found = readFound(record, Date.now(), settings);
    // What was read before a purge is not for those who ask after it, and need not be waited for by others.
    const isPurged = found && this.#access.log.lastPurge(start, key, found.record.tags) !== undefined;
    const before: Before = { bytes: outcome.value, record };
    if (!found || isPurged) return this.#load(call, before);
    if (found.state === 'fresh') {
      this.#renew(key, outcome.value, found.record, start);
      return answerOf('fresh', found);
    }
    const old = answerOf('stale', found);
    if (this.#failures.isRecent(key) || (found.state === 'stale' && this.#loads.has(key))) return old;
    const loaded = this.#load(call, before).catch((error: unknown) => {
      this.#failures.add(key);
      this.#logger?.warn({ err: toError(error), key }, 'A value could not be loaded; its old one is used');
      return old;
    });
    return found.state === 'stale' ? old : loaded;
  }

  #load(call: Call, before: Before): Promise<Answer> {
    const { key, settings } = call;
    return this.#loads.run(key, settings.tags, (start) => this.#loadNow(call, before, start));
  }

  async #loadNow(call: Call, before: Before, start: Moment): Promise<Answer> {
    const { key, settings, load, counts } = call;
    const timeout = settings.timeout ?? this.#loadTimeout;
    const place = before && (await this.#takePlace(call, before, timeout));
    counts.loads += 1;
    try {
      const { value, tags, ttl } = await callLoad(load, settings.tags, timeout, key);
      const json = toJson(value, key);
      const entry = this.#entryOf(value, json, tags, ttl, settings);
      if (place && entry) await this.#access.store(key, place.bytes, entry, start);
      else await place?.leave();
      return { from: 'load', tags, take: () => parse(json) };
    } catch (error) {
      counts.errors += 1;
      await place?.leave();
      throw error;
    }
  }

  /**
   * Marks the key in the store, so that it can be seen later whether somebody has purged it or its tags meanwhile: what is
   * stored there now, or a lease. Undefined if that was not possible: then what is loaded is not stored.
   */
  async #takePlace(call: Call, before: NonNullable<Before>, timeout: number): Promise<Place | undefined> {
    const { key, settings } = call;
    const stay = (bytes: Uint8Array | undefined): Place => ({ bytes, leave: () => Promise.resolve() });
    if (!this.#access.canReplace) return stay(undefined);
    const now = Date.now();
    const canStay = ({ record }: NonNullable<Before>): boolean => {
      if (!record || !settings.tags.every((tag) => record.tags.includes(tag))) return false;
      if (record.kind === 'lease') return record.until - now > timeout / 2;
      return readFound(record, now, settings) !== undefined;
    };
    if (canStay(before)) return stay(before.bytes);
    const lease = leaseOf(settings.tags, now, timeout);
    if (await this.#access.replace(key, before.bytes, lease)) {
      return {
        bytes: lease.bytes,
        leave: async () => {
          await this.#access.replace(key, lease.bytes, undefined);
        },
      };
    }
    // Another process was faster: its lease does for both.
    const outcome = await this.#access.read(key);
    if (outcome.isAway) return undefined;
    const after = { bytes: outcome.value, record: recordOf(outcome.value) };
    return canStay(after) ? stay(after.bytes) : undefined;
  }

  /** What is stored of a value; undefined if nothing. */
  #entryOf(
    value: unknown,
    json: string | undefined,
    tags: readonly string[],
    ttl: number | undefined,
    settings: WrapSettings,
  ): Entry | undefined {
    const { staleWhileRevalidate, staleIfError, negativeTtl } = settings;
    const given = ttl ?? (value === null || value === undefined ? negativeTtl : undefined) ?? settings.ttl;
    if (given === 0) return undefined;
    return toEntry(json, this.#shorten(given), tags, settings, Math.max(staleWhileRevalidate, staleIfError));
  }

  /** A value that was read stays longer, unless it was purged or replaced since. */
  #renew(key: string, bytes: Uint8Array | undefined, record: ValueRecord, start: Moment): void {
    const entry = renew(record, Date.now());
    if (entry) void this.#access.store(key, bytes, entry, start);
  }

  #shorten(ttl: number): number {
    return ttl * (1 - Math.random() * this.#jitter);
  }
}

/** Where a value will be stored. */
interface Place {
  readonly bytes: Uint8Array | undefined;
  /** Gives it up. */
  readonly leave: () => Promise<void>;
}

function answerOf(from: 'fresh' | 'stale', { record, value }: Found): Answer {
  let isTaken = false;
  return {
    from,
    tags: record.tags,
    take: () => {
      if (isTaken) return parse(record.json);
      isTaken = true;
      return value;
    },
  };
}

const COUNTED = { fresh: 'hits', stale: 'stale', load: 'misses' } as const;
const NO_WINDOWS = { staleWhileRevalidate: 0, staleIfError: 0 };

function leaseOf(tags: readonly string[], now: number, ttl: number): Entry {
  return { bytes: encodeRecord({ kind: 'lease', tags, until: now + ttl }), ttl, tags };
}
