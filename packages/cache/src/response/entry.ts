import { isObject } from '@blaizejs/errors/internal';
import type { HeaderFields } from '@blaizejs/types';

/** Everything about a stored answer but its bytes. Times are in milliseconds. */
export interface Head {
  readonly status: number;
  readonly fields: HeaderFields;
  /** Whether there is content, which may be empty. */
  readonly hasBody: boolean;
  /** The headers of the request that decide, in lower case and sorted. */
  readonly vary: readonly string[];
  /** What the request had in these headers. */
  readonly variant: string;
  /** When it was received or validated, since 1970. */
  readonly time: number;
  /** How old it was then. */
  readonly age: number;
  /** How long it is fresh, from when it was made. */
  readonly lifetime: number;
  /** Each use prolongs the lifetime by this, up to `max`. */
  readonly sliding?: { readonly by: number; readonly max: number } | undefined;
  /** How long after that it may be used while a new one is fetched, and instead of an error. */
  readonly whileRevalidate: number;
  readonly ifError: number;
  /** Never used without asking the handler. */
  readonly noCache: boolean;
  /** Never used when stale. */
  readonly mustRevalidate: boolean;
  /** What removes it from the store. */
  readonly tags: readonly string[];
}

/** A stored answer. */
export interface Entry {
  readonly head: Head;
  readonly body: Uint8Array;
}

/** What there is at a URL whose answers differ by headers: it leads to them. */
export interface VariantIndex {
  /** Part of their keys. A new index does not find the variants of an old one. */
  readonly generation: string;
  /** The headers that decide; several lists if the answers disagree, newest first. */
  readonly lists: readonly (readonly string[])[];
  /** The variants that there are, newest first. */
  readonly variants: readonly string[];
}

/** What is stored at a key. */
export type Stored = { readonly entry: Entry } | { readonly index: VariantIndex };

const VERSION = 1;
const TIMES = ['time', 'age', 'lifetime', 'whileRevalidate', 'ifError'] as const;
const EMPTY = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

// A store in memory returns the same bytes each time: they are read once.
const decoded = new WeakMap<Uint8Array, Stored>();

/** Turns an answer into bytes: the length of the head, the head as JSON, and the body. */
export function encodeEntry({ head, body }: Entry): Uint8Array {
  const bytes = pack({ version: VERSION, head }, body);
  decoded.set(bytes, { entry: { head, body: bytes.subarray(bytes.byteLength - body.byteLength) } });
  return bytes;
}

export function encodeIndex(index: VariantIndex): Uint8Array {
  const bytes = pack({ version: VERSION, index }, EMPTY);
  decoded.set(bytes, { index });
  return bytes;
}

/** @returns undefined for what is not ours, or was written by another version */
export function decodeRecord(bytes: Uint8Array): Stored | undefined {
  const known = decoded.get(bytes);
  if (known) return known;
  const record = unpack(bytes);
  if (record) decoded.set(bytes, record);
  return record;
}

function pack(head: object, body: Uint8Array): Uint8Array {
  const json = encoder.encode(JSON.stringify(head));
  const bytes = new Uint8Array(4 + json.byteLength + body.byteLength);
  new DataView(bytes.buffer).setUint32(0, json.byteLength);
  bytes.set(json, 4);
  bytes.set(body, 4 + json.byteLength);
  return bytes;
}

function unpack(bytes: Uint8Array): Stored | undefined {
  try {
    const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
    if (length > bytes.byteLength - 4) return undefined;
    const json: unknown = JSON.parse(decoder.decode(bytes.subarray(4, 4 + length)));
    if (!isObject(json) || json.version !== VERSION) return undefined;
    const { head, index } = json;
    if (isHead(head)) return { entry: { head, body: bytes.subarray(4 + length) } };
    return isIndex(index) ? { index } : undefined;
  } catch {
    return undefined;
  }
}

function isHead(value: unknown): value is Head {
  if (!isObject(value)) return false;
  const { status, fields, variant, sliding } = value;
  return (
    TIMES.every((name) => typeof value[name] === 'number') &&
    Number.isInteger(status) &&
    isObject(fields) &&
    Object.values(fields).every((each) => typeof each === 'string' || areTexts(each)) &&
    typeof variant === 'string' &&
    areTexts(value.vary) &&
    areTexts(value.tags) &&
    (sliding === undefined || isObject(sliding))
  );
}

function isIndex(value: unknown): value is VariantIndex {
  if (!isObject(value)) return false;
  const { generation, lists, variants } = value;
  return (
    typeof generation === 'string' && Array.isArray(lists) && lists.every(areTexts) && areTexts(variants)
  );
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string');
}
