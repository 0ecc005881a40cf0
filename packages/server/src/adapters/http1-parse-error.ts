import { randomUUID } from 'node:crypto';

import { BadRequestError, HttpError, NotImplementedError } from '@blaizejs/errors';
import { titleOf, toProblem } from '@blaizejs/errors/internal';
import type { Limits } from '@blaizejs/types';

import { tooManyFields, unknownVersion } from './http1-refusal.ts';

/** Node's error for a request that its parser could not read. */
export interface ParseError extends NodeJS.ErrnoException {
  /** A description. */
  readonly reason?: string;
  /** The last chunk received. */
  readonly rawPacket?: Buffer;
  /** How many bytes of that chunk were parsed before the error. */
  readonly bytesParsed?: number;
}

// The parser may take up to this many characters of an unknown method for the start of a known one.
const PREFIX = 20;
// RFC 9110 section 5.6.2. Content before a method need not end with a line break.
const METHOD_START = /[\w!#$%&'*+.^`|~-]*$/;
const METHOD_END = /^[\w!#$%&'*+.^`|~-]*(?= |$)/;

// RFC 9112 section 2.3.
const OTHER_VERSION = / HTTP\/(?!1\.[01])\d\.\d\s*$/;

/** The refusal for a request that could not be parsed. */
export function toRefusal(error: ParseError, limits: Limits): HttpError {
  const { code, reason = error.message } = error;
  const line = lineOf(error);
  if (code === 'HPE_HEADER_OVERFLOW') return tooLarge(error, line, limits);
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') {
    return new HttpError(413, 'The chunk extensions are too long.');
  }
  if (code === 'HPE_INVALID_METHOD') {
    const method = methodOf(error);
    if (method !== undefined) return unknownMethod(method);
  }
  // The parser also knows the methods of RTSP.
  if (reason.startsWith('Invalid method for HTTP')) return unknownMethod(line.split(' ', 1)[0] ?? '');
  if (code === 'HPE_PAUSED_H2_UPGRADE' || (code === 'HPE_INVALID_VERSION' && OTHER_VERSION.test(line))) {
    return unknownVersion();
  }
  return new BadRequestError(`Malformed HTTP/1.1 request: ${reason}.`);
}

/** A whole answer with problem details, for a request that has no exchange. It ends the connection. */
export function toAnswer(refusal: HttpError): string {
  const correlationId = randomUUID();
  const content = JSON.stringify(toProblem(refusal, { correlationId, production: true }));
  return [
    `HTTP/1.1 ${refusal.status} ${titleOf(refusal.status)}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(content)}`,
    `x-correlation-id: ${correlationId}`,
    `date: ${new Date().toUTCString()}`,
    'connection: close',
    '',
    content,
  ].join('\r\n');
}

function tooLarge({ rawPacket, bytesParsed }: ParseError, line: string, limits: Limits): HttpError {
  const limit = 'maxHeaderSize';
  const details = { limit: limits.maxHeaderSize };
  // RFC 9112 section 3. In a field line, there is no space before the colon.
  if (/^[^\s:]+ /.test(line)) return new HttpError(414, 'The request line is too long.', { limit, details });
  const lines = rawPacket?.toString('latin1', 0, bytesParsed).split('\n').length ?? 0;
  // From Node 22 on, this error also covers too many fields.
  if (lines > limits.maxHeadersCount) return tooManyFields(limits);
  const message = `The header fields are larger than ${limits.maxHeaderSize} bytes.`;
  return new HttpError(431, message, { limit, details });
}

function unknownMethod(method: string): HttpError {
  return new NotImplementedError(`${JSON.stringify(method)} is not a known HTTP method.`, { expose: true });
}

/** The method at which the parser stopped, or the part of it that is in the last chunk; undefined if it is not a method. */
function methodOf({ rawPacket, bytesParsed = 0 }: ParseError): string | undefined {
  const start = Math.max(0, bytesParsed - PREFIX);
  const [before = ''] = METHOD_START.exec(rawPacket?.toString('latin1', start, bytesParsed) ?? '') ?? [];
  const [behind] = METHOD_END.exec(rawPacket?.toString('latin1', bytesParsed) ?? '') ?? [];
  return behind === undefined ? undefined : (before + behind).slice(0, 2 * PREFIX) || undefined;
}

/** The line that could not be parsed, or the part of it that is in the last chunk. */
function lineOf({ rawPacket, bytesParsed = 0 }: ParseError): string {
  if (!rawPacket) return '';
  const start = bytesParsed === 0 ? 0 : rawPacket.lastIndexOf('\n', bytesParsed - 1) + 1;
  const end = rawPacket.indexOf('\n', start);
  return rawPacket.toString('latin1', start, end === -1 ? undefined : end);
}
