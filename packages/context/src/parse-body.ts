import { isUtf8 } from 'node:buffer';

import { BadRequestError, HttpError, UnsupportedMediaTypeError } from '@blaizejs/errors';
import type { QueryParams } from '@blaizejs/types';
import { parse as parseSafely } from 'secure-json-parse';

import { jsonErrorIn } from './json-error.ts';
import { isJson, type MediaType } from './media-type.ts';
import { parseQuery } from './query.ts';

const FORM = 'application/x-www-form-urlencoded';
/** The types that need no reader, besides those like them: `…+json`, `text/…`. */
export const BUILT_IN_TYPES: readonly string[] = ['application/json', FORM, 'text/plain'];

// Recursive schemas overflow the stack at one to two thousand levels, JSON.stringify soon after.
const MAX_DEPTH = 512;
// As other parsers have it. Many names that hash alike would make objects slow.
const MAX_FIELDS = 1000;

/**
 * Decodes a body as text, without a byte order mark, as the Web's `Request.text()` does.
 *
 * @throws UnsupportedMediaTypeError for a charset other than UTF-8; BadRequestError for bytes that are not UTF-8
 */
export function decodeText(bytes: Buffer, charset: string | undefined, what = 'The body'): string {
  assertCharset(charset);
  if (!isUtf8(bytes)) throw new BadRequestError(`${what} is not valid UTF-8.`);
  const hasMark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', hasMark ? 3 : 0);
}

function assertCharset(charset: string | undefined): void {
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8' || charset === 'us-ascii') return;
  throw new UnsupportedMediaTypeError(`Charset ${charset.slice(0, 40)} is not supported; send UTF-8.`, {
    headers: { accept: BUILT_IN_TYPES.join(', ') },
  });
}

/**
 * Parses JSON. Keys that would set a prototype (`__proto__`, `constructor.prototype`) are refused, and so are more than
 * 512 levels of nesting.
 *
 * @throws BadRequestError if it is not valid
 */
export function parseJson(text: string, what = 'The body'): unknown {
  if (text === '') throw new BadRequestError(`${what} is empty; JSON was expected.`);
  const value = parse(text, what);
  // Each level has two brackets.
  if (text.length > 2 * MAX_DEPTH && isDeeperThan(MAX_DEPTH, value)) {
    throw new BadRequestError(`${what} is nested deeper than ${MAX_DEPTH} levels.`);
  }
  return value;
}

function parse(text: string, what: string): unknown {
  try {
    return parseSafely(text, { protoAction: 'error', constructorAction: 'error' });
  } catch {
    // The parser's message and its error quote the text.
    throw new BadRequestError(
      isJsonText(text)
        ? `${what} has a key that would set a prototype: __proto__, or constructor with prototype.`
        : `${what} is not valid JSON: ${jsonErrorIn(text)}.`,
    );
  }
}

function isJsonText(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) return value.some((item) => isDeeperThan(levels - 1, item));
  for (const key in value) if (isDeeperThan(levels - 1, value[key as keyof object])) return true;
  return false;
}

/**
 * Parses a body by its type (JSON, a form or text) for its schema. Without a body, the value is `undefined`.
 *
 * @param more the other types that can be read, for the error
 * @throws UnsupportedMediaTypeError for any other type; and as {@link parseJson} and {@link decodeText} do
 */
export function parseBody(bytes: Buffer, type: MediaType, more?: ReadonlyMap<string, unknown>): unknown {
  const { essence, charset } = type;
  if (isJson(essence)) return bytes.length === 0 ? undefined : parseJson(decodeText(bytes, charset));
  if (essence === FORM) return parseFields(decodeText(bytes, charset));
  if (essence.startsWith('text/')) return decodeText(bytes, charset);
  if (bytes.length === 0) return undefined;
  throw unsupported(type, more);
}

/**
 * Checks the type of a body before it is read.
 *
 * @param more the other types that can be read
 * @throws UnsupportedMediaTypeError with `Accept`, which lists the types that are supported (RFC 9110 section 15.5.16)
 */
export function assertType(type: MediaType, more?: ReadonlyMap<string, unknown>): void {
  if (!isBuiltIn(type.essence)) throw unsupported(type, more);
  assertCharset(type.charset);
}

/** Whether a body of this type can be read without a reader. */
export function isBuiltIn(essence: string): boolean {
  return isJson(essence) || essence === FORM || essence.startsWith('text/');
}

/** Parses a form as the URL standard does. Repeated names become lists. */
function parseFields(text: string): QueryParams {
  assertFew(text);
  // The faster parser leaves percent-encoding alone that is not UTF-8.
  if (!text.includes('%')) return parseQuery(text);
  const fields = Object.create(null) as QueryParams;
  for (const [name, value] of new URLSearchParams(text)) {
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else fields[name] = [before, value];
  }
  return fields;
}

/** @throws HttpError 413 for more fields than a form has */
function assertFew(text: string): void {
  let count = 1;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', at + 1)) {
    if ((count += 1) > MAX_FIELDS) {
      throw new HttpError(413, `The form has more than ${MAX_FIELDS} fields.`, {
        details: { limit: MAX_FIELDS },
      });
    }
  }
}

/** Parses a form. @throws UnsupportedMediaTypeError if it has another type; and as {@link decodeText} does */
export function parseForm(bytes: Buffer, { essence, charset }: MediaType): FormData {
  if (essence !== FORM) {
    throw new UnsupportedMediaTypeError(`${named(essence)} is not supported for a form; send ${FORM}.`, {
      headers: { accept: FORM },
    });
  }
  const text = decodeText(bytes, charset);
  assertFew(text);
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(text)) form.append(name, value);
  return form;
}

function unsupported(
  type: MediaType,
  more: ReadonlyMap<string, unknown> = new Map(),
): UnsupportedMediaTypeError {
  return unsupportedType(type, [...BUILT_IN_TYPES, ...more.keys()]);
}

/** The error for a type that is not among those that are read. */
export function unsupportedType(
  { given, essence }: MediaType,
  types: readonly string[],
): UnsupportedMediaTypeError {
  const accept = types.join(', ');
  const what = given === undefined ? 'A body without a Content-Type' : named(essence);
  return new UnsupportedMediaTypeError(
    `${what} is not supported; send ${types.length > 1 ? 'one of ' : ''}${accept}.`,
    {
      headers: { accept },
    },
  );
}

function named(essence: string): string {
  return `Content-Type ${essence.slice(0, 100) || '(not valid)'}`;
}
