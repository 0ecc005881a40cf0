import { randomUUID } from 'node:crypto';

import { BadRequestError, HttpError, NotImplementedError } from '@blaizejs/errors';
import { titleOf, toProblem } from '@blaizejs/errors/internal';
import type { Limits } from '@blaizejs/types';

import { tooManyFields, unknownVersion } from './http1-refusal.ts';

/** What Node tells of a request that its parser could not read to its end. */
export interface ParseError extends NodeJS.ErrnoException {
  /** In words. */
  readonly reason?: string;
  /** The bytes that came last. */
  readonly rawPacket?: Buffer;
  /** As many of those made sense. */
  readonly bytesParsed?: number;
}

// Characters of an unknown method, at the most, that the parser takes for the beginning of another.
const PREFIX = 20;
// RFC 9110 section 5.6.2. Content ahead of a method need not end with its line.
const METHOD_START = /[\w!#$%&'*+.^`|~-]*$/;
const METHOD_END = /^[\w!#$%&'*+.^`|~-]*(?= |$)/;

// RFC 9112 section 2.3.
const OTHER_VERSION = / HTTP\/(?!1\.[01])\d\.\d\s*$/;

/** Why such a request is refused. */
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
  // One of RTSP, which the parser knows too.
  if (reason.startsWith('Invalid method for HTTP')) return unknownMethod(line.split(' ', 1)[0] ?? '');
  if (code === 'HPE_PAUSED_H2_UPGRADE' || (code === 'HPE_INVALID_VERSION' && OTHER_VERSION.test(line))) {
    return unknownVersion();
  }
  return new BadRequestError(`Malformed HTTP/1.1 request: ${reason}.`);
}

/** An answer with problem details, for what no exchange is made of; the last of its connection. */
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
  // RFC 9112 section 3. A field line has no space ahead of its colon.
  if (/^[^\s:]+ /.test(line)) return new HttpError(414, 'The request line is too long.', { limit, details });
  const lines = rawPacket?.toString('latin1', 0, bytesParsed).split('\n').length ?? 0;
  // Node 22 and later count them too.
  if (lines > limits.maxHeadersCount) return tooManyFields(limits);
  const message = `The header fields are larger than ${limits.maxHeaderSize} bytes.`;
  return new HttpError(431, message, { limit, details });
}

function unknownMethod(method: string): HttpError {
  return new NotImplementedError(`${JSON.stringify(method)} is not a known HTTP method.`, { expose: true });
}

/** The method in which the parser stopped, as far as the bytes that came last have it; undefined where it is none. */
function methodOf({ rawPacket, bytesParsed = 0 }: ParseError): string | undefined {
  const start = Math.max(0, bytesParsed - PREFIX);
  const [before = ''] = METHOD_START.exec(rawPacket?.toString('latin1', start, bytesParsed) ?? '') ?? [];
  const [behind] = METHOD_END.exec(rawPacket?.toString('latin1', bytesParsed) ?? '') ?? [];
  return behind === undefined ? undefined : (before + behind).slice(0, 2 * PREFIX) || undefined;
}

/** The line that made no sense, as far as the bytes that came last have it. */
function lineOf({ rawPacket, bytesParsed = 0 }: ParseError): string {
  if (!rawPacket) return '';
  const start = bytesParsed === 0 ? 0 : rawPacket.lastIndexOf('\n', bytesParsed - 1) + 1;
  const end = rawPacket.indexOf('\n', start);
  return rawPacket.toString('latin1', start, end === -1 ? undefined : end);
}
