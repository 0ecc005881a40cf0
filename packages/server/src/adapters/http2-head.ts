import type { OutgoingHttpHeaders } from 'node:http2';

import { BlaizeError } from '@blaizejs/errors';
import type { HeaderFields } from '@blaizejs/types';

// nghttp2 sends no header block that could be larger (NGHTTP2_MAX_HEADERSLEN); if it is asked to, the session ends.
const MAX_HEAD = 65_536;

// What nghttp2 reserves for a field besides its name and value, and for a block besides its fields.
const PER_FIELD = 12;
const PER_BLOCK = 17 + PER_FIELD + ':status'.length + 3;

// Node adds `date`, which has the same size each day.
const DATE = PER_FIELD + 'date'.length + 29;

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);

/**
 * Whether Node takes the head of an answer as a list of names and values. It copies an object first: ten fields more then cost
 * an answer a third more time.
 */
const TAKES_LISTS = major === 22 ? minor >= 20 : major === 24 ? minor >= 7 : major > 24;

/** The head of an answer as Node takes it best. @throws as {@link assertHeadFits} */
export function toHead(status: number, fields: HeaderFields): OutgoingHttpHeaders {
  if (!TAKES_LISTS) {
    assertHeadFits(fields);
    // 200 is Node's default, so most answers need no copy of their fields.
    return status === 200 ? fields : { ':status': status, ...fields };
  }
  const list: unknown[] = [':status', String(status)];
  let size = PER_BLOCK + DATE;
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined) continue;
    size += sizeOf(name, value);
    list.push(name, value);
  }
  if (size > MAX_HEAD) throw tooLarge(fields, size);
  // The types of Node 20 do not know it.
  return list as unknown as OutgoingHttpHeaders;
}

/**
 * As {@link toHead}, for a stream that lasts: Node keeps the list as long. With the date, which Node would add to it, it has no
 * room for more.
 */
export function toLastingHead(status: number, fields: HeaderFields): OutgoingHttpHeaders {
  const head: unknown = toHead(status, fields);
  if (!Array.isArray(head) || head.includes('date')) return head as OutgoingHttpHeaders;
  return head.concat(['date', currentDate()]) as unknown as OutgoingHttpHeaders;
}

let dateSecond = 0;
let date = '';

/** One text for all that is sent within a second. */
function currentDate(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second === dateSecond) return date;
  dateSecond = second;
  return (date = new Date(second * 1000).toUTCString());
}

/** @throws BlaizeError `ERR_BLAIZE_RESPONSE_HEADER_TOO_LARGE`, which names the largest field, for a head that is too large */
export function assertHeadFits(fields: HeaderFields): void {
  let size = PER_BLOCK + DATE;
  for (const name in fields) size += sizeOf(name, fields[name]);
  if (size > MAX_HEAD) throw tooLarge(fields, size);
}

function sizeOf(name: string, value: unknown): number {
  if (value === undefined) return 0;
  if (!Array.isArray(value)) return PER_FIELD + name.length + lengthOf(value);
  let size = 0;
  for (const line of value as unknown[]) size += PER_FIELD + name.length + lengthOf(line);
  return size;
}

/** @param value something other than a string if an application wrote past the types; Node then calls `String()` too */
function lengthOf(value: unknown): number {
  return typeof value === 'string' ? value.length : String(value).length;
}

function tooLarge(fields: HeaderFields, size: number): BlaizeError {
  const sizes = Object.keys(fields).map((name) => ({ name, size: sizeOf(name, fields[name]) }));
  const largest = sizes.reduce((one, other) => (other.size > one.size ? other : one));
  return new BlaizeError(
    'ERR_BLAIZE_RESPONSE_HEADER_TOO_LARGE',
    `The header of this response has ${size} bytes, but HTTP/2 can send ${MAX_HEAD}. ` +
      `Its largest field is ${largest.name}, with ${largest.size} bytes: shorten it, or send it in the body.`,
  );
}
