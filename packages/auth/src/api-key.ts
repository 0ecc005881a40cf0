import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { checkOptions, is, options as shapeOf } from '@blaizejs/errors/internal';

import { toBase62 } from './base62.ts';

/** A new API key. */
export interface ApiKey {
  /** For the client. Show it once, and don't store it. */
  readonly key: string;
  /** For your database: the SHA-256 of the key, in hexadecimal. */
  readonly hash: string;
}

const PREFIX = /^[A-Za-z0-9]+(?:_[A-Za-z0-9]+)*$/;
const KEY = /^([A-Za-z0-9]+(?:_[A-Za-z0-9]+)*)_([A-Za-z0-9]{43})([A-Za-z0-9]{6})$/;
const LONGEST = 200;

/** What a prefix is. */
export const PREFIX_FORM = 'up to 100 letters and digits, in groups that "_" separates';
const checkPrefix = shapeOf({ prefix: is<string>(PREFIX_FORM, isPrefix) }, 'a prefix');

/**
 * Makes an API key: a prefix, 256 random bits and a checksum, such as `acme_live_…`. The prefix tells people and secret
 * scanners what it is, and the checksum refuses typos without a look at the database.
 *
 * @param prefix letters and digits, in groups that `_` separates
 * @throws ConfigurationError if the prefix is not valid
 */
export function createApiKey(prefix: string): ApiKey {
  checkOptions(checkPrefix, { prefix }, 'createApiKey()');
  const body = `${prefix}_${toBase62(randomBytes(32), 43)}`;
  const key = body + checksum(body);
  return { key, hash: hashApiKey(key) };
}

/** The SHA-256 of an API key in hexadecimal. A fast hash is enough, as nobody can guess 256 random bits. */
export function hashApiKey(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}

/** Whether a text is a key that {@link createApiKey} has made with that prefix, as far as the text alone shows. */
export function isApiKey(text: string, prefix: string): boolean {
  if (text.length > LONGEST) return false;
  const [, own, , sum] = KEY.exec(text) ?? [];
  return own === prefix && checksum(text.slice(0, -6)) === sum;
}

/** Whether a prefix is valid. */
export function isPrefix(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 100 && PREFIX.test(value);
}

/** Compares two hashes in constant time. */
export function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other.toLowerCase())];
  return a.length === b.length && timingSafeEqual(a, b);
}

function checksum(body: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(body));
  return toBase62(bytes, 6);
}
