import { type CacheRecord, decodeRecord, encodeRecord, type ValueRecord } from './record.ts';
import type { EntrySettings, WrapSettings } from './options.ts';

/** A value that was found, and how old it is. */
export interface Found {
  readonly state: 'fresh' | 'stale' | 'fallback';
  readonly record: ValueRecord;
  /** A copy that nobody has got yet. */
  readonly value: unknown;
}

/** What the bytes of a store are worth to who asks now; undefined if nothing. */
export function readFound(
  record: CacheRecord | undefined,
  now: number,
  windows: Pick<WrapSettings, 'staleWhileRevalidate' | 'staleIfError'>,
): Found | undefined {
  if (record?.kind !== 'value' || record.until <= now || record.idleUntil <= now) return undefined;
  const age = now - record.freshUntil;
  const state =
    age < 0
      ? 'fresh'
      : age < windows.staleWhileRevalidate
        ? 'stale'
        : age < windows.staleIfError
          ? 'fallback'
          : undefined;
  if (!state) return undefined;
  try {
    return { state, record, value: parse(record.json) };
  } catch {
    return undefined;
  }
}

export function parse(json: string | undefined): unknown {
  return json === undefined ? undefined : (JSON.parse(json) as unknown);
}

/** The record of bytes; undefined if there are none or they are not a record. */
export function recordOf(bytes: Uint8Array | undefined): CacheRecord | undefined {
  return bytes && decodeRecord(bytes);
}

/** What is stored of a value. */
export interface Entry {
  readonly bytes: Uint8Array;
  readonly ttl: number;
  readonly tags: readonly string[];
}

/** Makes what is stored. @param stale milliseconds after `ttl` for which it is of use */
export function toEntry(
  json: string | undefined,
  ttl: number,
  tags: readonly string[],
  { sliding = 0 }: Pick<EntrySettings, 'sliding'>,
  stale: number,
): Entry {
  const now = Date.now();
  const freshUntil = now + ttl;
  const until = freshUntil + stale;
  const idleUntil = sliding > 0 ? now + sliding : Infinity;
  return entryOf({ kind: 'value', json, tags, freshUntil, until, idle: sliding, idleUntil }, now);
}

/** The entry of a record that was read now; undefined if that makes no difference yet. */
export function renew(record: ValueRecord, now: number): Entry | undefined {
  const { idle, idleUntil, until } = record;
  if (idle === 0 || idleUntil >= until || idleUntil - now > 0.9 * idle) return undefined;
  return entryOf({ ...record, idleUntil: now + idle }, now);
}

function entryOf(record: ValueRecord, now: number): Entry {
  const ttl = Math.min(record.until, record.idleUntil) - now;
  return { bytes: encodeRecord(record), ttl, tags: record.tags };
}
