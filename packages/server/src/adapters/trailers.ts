import { validateHeaderName, validateHeaderValue } from 'node:http';

import { isLeftPromise } from '@blaizejs/errors/internal';
import type { HeaderFields, Limits } from '@blaizejs/types';

const COLON = 58;

/**
 * Fields that a recipient needs before the content. After it, they are meaningless or dangerous: message framing, routing,
 * request modifiers, authentication, response controls and content format (RFC 9110 section 6.5.1).
 */
const FORBIDDEN = new Set([
  ...['content-length', 'transfer-encoding', 'trailer', 'te', 'host', 'max-forwards', 'expect', 'range'],
  ...['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'http2-settings'],
  ...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range'],
  ...[
    'authorization',
    'proxy-authorization',
    'www-authenticate',
    'proxy-authenticate',
    'cookie',
    'set-cookie',
  ],
  ...['age', 'cache-control', 'date', 'expires', 'location', 'pragma', 'retry-after', 'vary', 'warning'],
  ...['content-type', 'content-encoding', 'content-range'],
]);

/**
 * The fields that may be sent as trailers.
 *
 * @throws TypeError for an invalid name or value, and for a promise of fields
 */
export function toTrailers(fields: HeaderFields): Record<string, string | string[]> {
  // The stream has ended, and does not wait for it.
  if (isLeftPromise(fields))
    throw new TypeError('trailers() of a response must return fields, not a promise.');
  const kept = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of Object.entries(fields)) {
    const lower = name.toLowerCase();
    if (value === undefined || !isTrailer(lower)) continue;
    validateField(lower, value);
    kept[lower] = value;
  }
  return kept;
}

/**
 * The trailers of a request; undefined if they exceed a limit. A recipient may discard them (RFC 9110 section 6.5.2).
 *
 * @param raw alternating names and values, as received
 */
export function toRequestTrailers(
  fields: HeaderFields,
  raw: readonly string[],
  { maxHeadersCount, maxHeaderSize }: Limits,
): HeaderFields | undefined {
  if (raw.length === 0 || raw.length > 2 * maxHeadersCount) return undefined;
  let size = 0;
  // Counted as in HTTP/1.1, with `: ` and the line break.
  for (let i = 0; i < raw.length; i += 2) size += String(raw[i]).length + String(raw[i + 1]).length + 4;
  if (size > maxHeaderSize) return undefined;
  const kept = Object.create(null) as HeaderFields;
  for (const name of Object.keys(fields)) if (isTrailer(name)) kept[name] = fields[name];
  return kept;
}

/** @throws TypeError for an invalid name or value, such as one with a line break */
export function validateField(name: string, value: string | readonly string[]): void {
  validateHeaderName(name);
  if (typeof value === 'string') validateHeaderValue(name, value);
  else for (const line of value) validateHeaderValue(name, line);
}

/**
 * Makes a stream ask for trailers when it ends. If `trailers` throws, `end()` throws too, and the answer is broken off.
 */
export function askAtEnd(
  stream: { end: (...args: never[]) => unknown },
  trailers: () => HeaderFields,
  deliver: (fields: Record<string, string | string[]>) => void,
  breakOff: () => void,
): void {
  const end = stream.end.bind(stream) as (...args: unknown[]) => unknown;
  stream.end = (...args: unknown[]) => {
    stream.end = end;
    try {
      deliver(toTrailers(trailers()));
    } catch (error) {
      setImmediate(breakOff);
      throw error;
    }
    return end(...args);
  };
}

function isTrailer(name: string): boolean {
  return name.charCodeAt(0) !== COLON && !FORBIDDEN.has(name);
}
