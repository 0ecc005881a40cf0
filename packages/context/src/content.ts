import { isUtf8 } from 'node:buffer';

import { BadRequestError, UnsupportedMediaTypeError } from '@blaizejs/errors';
import { parse as parseSafely } from 'secure-json-parse';

import { isJson, parseMediaType } from './media-type.ts';
import { parseQuery } from './query.ts';

const READABLE = 'application/json, application/x-www-form-urlencoded, text/plain';
const FORM = 'application/x-www-form-urlencoded';

// Recursive schemas, and JSON.stringify a little later, overflow the stack at one to two thousand.
const MAX_DEPTH = 512;

/**
 * Decodes content as text.
 *
 * @throws UnsupportedMediaTypeError for a charset other than UTF-8; BadRequestError for bytes that are not UTF-8
 */
export function decodeText(bytes: Buffer, charset: string | undefined): string {
  if (charset !== undefined && charset !== 'utf-8' && charset !== 'utf8' && charset !== 'us-ascii') {
    throw new UnsupportedMediaTypeError(`Charset ${charset} is not read here; send UTF-8.`);
  }
  if (!isUtf8(bytes)) throw new BadRequestError('The content is not valid UTF-8.');
  return bytes.toString('utf8');
}

/**
 * Parses JSON. Keys that would set a prototype (`__proto__`, `constructor.prototype`) are refused, and so is what is
 * nested deeper than 512 levels.
 *
 * @throws BadRequestError where it is not JSON
 */
export function parseJson(text: string): unknown {
  if (text === '') throw new BadRequestError('The content is empty where JSON was expected.');
  const value = parse(text);
  // Each level has two brackets.
  if (text.length > 2 * MAX_DEPTH && isDeeperThan(MAX_DEPTH, value)) {
    throw new BadRequestError(`The content is nested deeper than ${MAX_DEPTH} levels.`);
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return parseSafely(text, { protoAction: 'error', constructorAction: 'error' });
  } catch (error) {
    throw new BadRequestError(`The content is not valid JSON: ${(error as Error).message}`, { cause: error });
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
 * Turns content into the value that a body schema gets, by its type: JSON, a form or text. No content is `undefined`.
 *
 * @throws UnsupportedMediaTypeError for any other type; and as {@link parseJson} and {@link decodeText} do
 */
export function parseContent(bytes: Buffer, contentType: string | undefined): unknown {
  if (contentType === undefined) {
    if (bytes.length === 0) return undefined;
    throw unsupported('Content without a Content-Type');
  }
  const { essence, charset } = parseMediaType(contentType);
  if (isJson(essence)) return bytes.length === 0 ? undefined : parseJson(decodeText(bytes, charset));
  if (essence === FORM) return parseQuery(decodeText(bytes, charset));
  if (essence.startsWith('text/')) return decodeText(bytes, charset);
  if (bytes.length === 0) return undefined;
  throw unsupported(`Content-Type ${essence || contentType}`);
}

/** Parses a form. @throws UnsupportedMediaTypeError where it is not one; and as {@link decodeText} does */
export function parseForm(bytes: Buffer, contentType: string | undefined): FormData {
  const { essence, charset } = parseMediaType(contentType ?? '');
  if (essence !== FORM) {
    throw new UnsupportedMediaTypeError(
      `Content-Type ${essence || 'none'} is not a form that is read here.`,
      {
        headers: { accept: FORM },
      },
    );
  }
  const form = new FormData();
  for (const [name, value] of new URLSearchParams(decodeText(bytes, charset))) form.append(name, value);
  return form;
}

function unsupported(what: string): UnsupportedMediaTypeError {
  return new UnsupportedMediaTypeError(`${what} is not read here; send one of ${READABLE}.`, {
    headers: { accept: READABLE },
  });
}
