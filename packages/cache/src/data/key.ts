import { BlaizeError } from '@blaizejs/errors';

/** A part of a key. Numbers count as their text: `7` and `'7'` are the same. */
export type CacheKeyPart = string | number | bigint | boolean;

/** A key: one text, or parts that are told apart whatever they contain. `'a'` and `['a']` are the same. */
export type CacheKey = string | readonly CacheKeyPart[];

/** The longest key, in characters after its parts have been joined. */
export const MAX_KEY_LENGTH = 1024;

/** Joins the parts of a key. @throws BlaizeError `ERR_BLAIZE_CACHE_KEY` */
export function joinKey(key: CacheKey): string {
  const parts: readonly unknown[] = Array.isArray(key) ? key : [key];
  if (parts.length === 0 || parts[0] === '')
    throw wrong('a text or a list of parts, the first of which is not empty', key);
  let joined = '';
  for (let at = 0; at < parts.length; at++) {
    if (at > 0) joined += ':';
    joined += escape(textOf(parts[at], key));
    if (joined.length > MAX_KEY_LENGTH) throw tooLong(joined);
  }
  return joined;
}

/** The first part of a key, under which it is counted; undefined for a key of one part. */
export function prefixOf(key: CacheKey): string | undefined {
  return typeof key === 'string' || key.length < 2 ? undefined : String(key[0]);
}

function textOf(part: unknown, key: unknown): string {
  switch (typeof part) {
    case 'string':
      // Half of a pair of surrogates would become the same three bytes, whichever it is.
      if (!part.isWellFormed()) throw wrong('text without lone surrogates', key);
      return part;
    case 'number':
      if (!Number.isFinite(part)) break;
      return String(part);
    case 'bigint':
    case 'boolean':
      return String(part);
    default:
  }
  throw wrong('parts that are texts, finite numbers, true or false', key);
}

/** So that no part can look like two. */
function escape(part: string): string {
  return part.length <= MAX_KEY_LENGTH && /[%:]/.test(part)
    ? part.replaceAll('%', '%25').replaceAll(':', '%3A')
    : part;
}

function wrong(expected: string, key: unknown): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_CACHE_KEY',
    `The key of a cache must be ${expected}, not ${describe(key)}.`,
  );
}

function tooLong(joined: string): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_CACHE_KEY',
    `The key ${describe(joined)} is longer than ${MAX_KEY_LENGTH} characters. Use a hash of it, and limit what clients may send.`,
  );
}

function describe(key: unknown): string {
  const text = Array.isArray(key) ? `[${key.map((part) => quote(part)).join(', ')}]` : quote(key);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}

function quote(part: unknown): string {
  return typeof part === 'string' ? JSON.stringify(part.slice(0, 100)) : String(part);
}
