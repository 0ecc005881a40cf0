import type { HeaderFields } from '@blaizejs/types';

import { parseHttpDate } from './http-date.ts';

/** What a client can compare its copy with. */
export interface Validators {
  /** With its quotes, as in the header: `"abc"` or `W/"abc"`. */
  readonly etag?: string | undefined;
  /** A date, the text of the header, or milliseconds since 1970. Only whole seconds count. */
  readonly lastModified?: Date | string | number | undefined;
}

/** The representation that would be sent, and the method that asks for it. */
export interface Representation extends Validators {
  readonly method: string;
}

/**
 * Decides about a conditional request (RFC 9110 section 13.2.2) for a representation that exists. `If-Match` counts before
 * `If-Unmodified-Since`, then `If-None-Match` before `If-Modified-Since`.
 *
 * Only for answers that would have the status 2xx, or 412 (section 13.2.1): a condition does not turn a 404 into a 304. A list
 * of entity tags that is malformed matches nothing. A date that is malformed, or is given twice, is ignored.
 *
 * @returns `'proceed'` to answer as if there were no condition; 304 if the client has a current copy; 412 if the condition
 *   failed, and the method must not be performed
 */
export function evaluatePreconditions(
  headers: HeaderFields,
  { method, etag, lastModified }: Representation,
): 'proceed' | 304 | 412 {
  const ifMatch = listOf(headers['if-match']);
  if (ifMatch !== undefined) {
    if (!matches(ifMatch, etag, isSameStrongly)) return 412;
  } else {
    const limit = dateOf(headers['if-unmodified-since']);
    const modified = secondsOf(lastModified);
    if (limit !== undefined && modified !== undefined && modified > limit) return 412;
  }

  const isReading = method === 'GET' || method === 'HEAD';
  const ifNoneMatch = listOf(headers['if-none-match']);
  if (ifNoneMatch !== undefined) {
    if (!matches(ifNoneMatch, etag, isSameWeakly)) return 'proceed';
    return isReading ? 304 : 412;
  }
  if (!isReading) return 'proceed';
  const since = dateOf(headers['if-modified-since']);
  const modified = secondsOf(lastModified);
  return since !== undefined && modified !== undefined && modified <= since ? 304 : 'proceed';
}

/**
 * Whether a `Range` applies (RFC 9110 section 13.1.5): there is no `If-Range`, or its entity tag is the same and neither is
 * weak, or its date is exactly the last modification. A modification within the last second is too young to be compared by
 * its date: another one may follow in the same second.
 *
 * @param now milliseconds since 1970
 */
export function allowsRange(headers: HeaderFields, current: Validators, now: number = Date.now()): boolean {
  const ifRange = headers['if-range'];
  if (ifRange === undefined) return true;
  if (typeof ifRange !== 'string') return false;
  if (ifRange.endsWith('"')) return isTag(ifRange) && isSameStrongly(ifRange, current.etag);
  const date = parseHttpDate(ifRange);
  const modified = secondsOf(current.lastModified);
  return date !== undefined && date === modified && Math.floor(now / 1000) > modified;
}

type Compare = (given: string, current: string | undefined) => boolean;

const isSameStrongly: Compare = (given, current) => given === current && !given.startsWith('W/');

const isSameWeakly: Compare = (given, current) =>
  current !== undefined && withoutWeak(given) === withoutWeak(current);

function withoutWeak(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag;
}

/** A header that holds a list may be given several times. */
function listOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(',') : value;
}

/** @param list `*` is any representation, also one without an entity tag */
function matches(list: string, etag: string | undefined, isSame: Compare): boolean {
  if (list === '*') return true;
  return readTags(list).some((given) => isSame(given, etag));
}

// One member of a list, and what separates it from the next. Members may be empty (RFC 9110 section 5.6.1.2).
const MEMBER = /[ \t]*(?:((?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*")[ \t]*)?(,|$)/y;

/** The entity tags of a list. Empty if any of them is malformed. */
function readTags(list: string): string[] {
  const tags: string[] = [];
  MEMBER.lastIndex = 0;
  for (;;) {
    const member = MEMBER.exec(list);
    if (!member) return [];
    if (member[1] !== undefined) tags.push(member[1]);
    if (member[2] === '') return tags;
  }
}

function isTag(value: string): boolean {
  return /^(?:W\/)?"[\x21\x23-\x7e\x80-\uffff]*"$/.test(value);
}

/** Undefined for what is to be ignored. */
function dateOf(value: string | string[] | undefined): number | undefined {
  return typeof value === 'string' ? parseHttpDate(value) : undefined;
}

function secondsOf(date: Validators['lastModified']): number | undefined {
  if (typeof date === 'string') return parseHttpDate(date);
  const seconds = date === undefined ? NaN : Math.floor(Number(date) / 1000);
  return Number.isNaN(seconds) ? undefined : seconds;
}
