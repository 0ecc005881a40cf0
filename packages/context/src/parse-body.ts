import { isUtf8 } from 'node:buffer';

import { BadRequestError, UnsupportedMediaTypeError } from '@blaizejs/errors';
import { parse as parseSafely } from 'secure-json-parse';

import { isJson, parseMediaType } from './media-type.ts';
import { parseQuery } from './query.ts';

const FORM = 'application/x-www-form-urlencoded';
const MULTIPART = 'multipart/form-data';
const BUILT_IN = ['application/json', FORM, 'text/plain'];

// Recursive schemas overflow the stack at one to two thousand levels, JSON.stringify soon after.
const MAX_DEPTH = 512;

/**
 * Decodes a body as text, without a byte order mark, as the Web's `Request.text()` does.
 *
 * @throws UnsupportedMediaTypeError for a charset other than UTF-8; BadRequestError for bytes that are not UTF-8
 */
export function decodeText(bytes: Buffer, charset: string | undefined): string {
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw new UnsupportedMediaTypeError(`Charset ${charset} is not supported; send UTF-8.`);
  }
  if (!isUtf8(bytes)) throw new BadRequestError('The body is not valid UTF-8.');
  const hasMark = bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return bytes.toString('utf8', hasMark ? 3 : 0);
}

/**
 * Parses JSON. Keys that would set a prototype (`__proto__`, `constructor.prototype`) are refused, and so are more than
 * 512 levels of nesting.
 *
 * @throws BadRequestError if it is not valid
 */
export function parseJson(text: string): unknown {
  if (text === '') throw new BadRequestError('The body is empty; JSON was expected.');
  const value = parse(text);
  // Each level has two brackets.
  if (text.length > 2 * MAX_DEPTH && isDeeperThan(MAX_DEPTH, value)) {
    throw new BadRequestError(`The body is nested deeper than ${MAX_DEPTH} levels.`);
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return parseSafely(text, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw new BadRequestError(`The body is not valid JSON: ${(error as Error).message}`, { cause: error });
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
export function parseBody(
  bytes: Buffer,
  contentType: string | undefined,
  more?: ReadonlyMap<string, unknown>,
): unknown {
  if (contentType === undefined) {
    if (bytes.length === 0) return undefined;
    throw unsupported('A body without a Content-Type', more);
  }
  const { essence, charset } = parseMediaType(contentType);
  if (isJson(essence)) return bytes.length === 0 ? undefined : parseJson(decodeText(bytes, charset));
  if (essence === FORM) return parseQuery(decodeText(bytes, charset));
  if (essence.startsWith('text/')) return decodeText(bytes, charset);
  if (bytes.length === 0) return undefined;
  throw unsupported(`Content-Type ${essence || contentType}`, more);
}

/** Parses a form. @throws UnsupportedMediaTypeError if it has another type; and as {@link decodeText} does */
export function parseForm(bytes: Buffer, contentType: string | undefined): FormData {
  const { essence, charset } = parseMediaType(contentType ?? '');
  if (essence !== FORM) {
    const instead = essence === MULTIPART ? `; to accept it, install @blaizejs/multipart` : '';
    throw new UnsupportedMediaTypeError(
      `Content-Type ${essence || 'none'} is not supported for a form; send ${FORM}${instead}.`,
      { headers: { accept: FORM } },
    );
  }
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(decodeText(bytes, charset))) form.append(name, value);
  return form;
}

function unsupported(
  what: string,
  more: ReadonlyMap<string, unknown> = new Map(),
): UnsupportedMediaTypeError {
  const accept = [...BUILT_IN, ...more.keys()].join(', ');
  return new UnsupportedMediaTypeError(`${what} is not supported; send one of ${accept}.`, {
    headers: { accept },
  });
}
