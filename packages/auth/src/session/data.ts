import { isObject } from '@blaizejs/errors/internal';

import { unusableValue } from './errors.ts';

/**
 * The data of a session: each value as JSON, since whoever gets a value may change it. It is a map, in which `__proto__` and
 * `constructor` are keys like any other.
 */
export type Data = ReadonlyMap<string, string>;

/** What a request wants to change, by key. */
export type Changes = ReadonlyMap<string, Change>;

/** One change. */
export interface Change {
  /** The value as it was given, for the same request. */
  readonly value: unknown;
  /** The value as JSON; undefined to delete it. */
  readonly text: string | undefined;
}

/** When a session began, and when it was last used, in milliseconds since 1970. */
export interface Times {
  readonly created: number;
  readonly seen: number;
}

/** @throws BlaizeError `ERR_BLAIZE_SESSION_VALUE` if a value is not JSON */
export function changeTo(key: string, value: unknown): Change {
  let text: string | undefined;
  let cause = '';
  try {
    text = JSON.stringify(value);
  } catch (error) {
    cause = error instanceof RangeError ? 'it is nested too deeply' : 'JSON has no such value';
  }
  if (text === undefined && value !== undefined) {
    const why = cause || `JSON has no value of type ${typeof value}`;
    throw unusableValue(`The session can't keep the value of "${key}": ${why}.`);
  }
  return { value, text };
}

/** The data after changes; the same object if they change nothing. */
export function applyChanges(data: Data, changes: Changes): Data {
  let result: Map<string, string> | undefined;
  for (const [key, { text }] of changes) {
    if (data.get(key) === text) continue;
    result ??= new Map(data);
    if (text === undefined) result.delete(key);
    else result.set(key, text);
  }
  return result ?? data;
}

/** Writes a record. */
export function encodeRecord({
  data,
  ...record
}: Times & { readonly data: Data; readonly token?: string }): Uint8Array {
  const entries = [...data].map(([key, text]) => `[${JSON.stringify(key)},${text}]`);
  return Buffer.from(`{"data":[${entries.join()}],${JSON.stringify(record).slice(1)}`);
}

/** Reads a record; undefined if it is not one. */
export function decodeRecord(
  bytes: Uint8Array,
): (Times & { readonly data: Data; readonly token: unknown }) | undefined {
  const record = parse(bytes);
  if (!isObject(record)) return undefined;
  const { created, seen, data, token } = record;
  if (typeof created !== 'number' || typeof seen !== 'number' || !Array.isArray(data)) return undefined;
  if (!data.every(isEntry)) return undefined;
  return { created, seen, data: new Map(data.map(([key, value]) => [key, JSON.stringify(value)])), token };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === 'string';
}
