import type { Socket } from 'node:net';

import { HttpError } from '@blaizejs/errors';

import { isHost } from './host.ts';
import { toAnswer } from './http1-parse-error.ts';

/** A connection in cleartext to a port that speaks TLS. */
export interface Cleartext {
  /** `400`, or the URL of the redirect. */
  readonly answer: string;
  readonly remoteAddress: string | undefined;
}

const UPPER_A = 65;
const UPPER_Z = 90;

// The head of a request that can be redirected, provided that the first chunk contains it.
const REQUEST = /^[A-Z]+ (\/[\x21-\x7e]*) HTTP\/1\.[01]\r\n(?:[^\r\n]+\r\n)*?host:[ \t]*([^\s]+)[ \t]*\r\n/i;
const PREFACE = 'PRI * HTTP/2.0';

// Milliseconds that a client has to read its answer.
const LINGER = 1000;

const MESSAGE = 'This port speaks TLS: use https.';

/**
 * Whether these bytes look like the start of cleartext HTTP. A TLS connection starts with a handshake record, whose first
 * byte is not a letter (RFC 8446 section 5.1).
 */
export function isCleartext(bytes: Buffer): boolean {
  const [first = 0] = bytes;
  return first >= UPPER_A && first <= UPPER_Z;
}

/**
 * Answers a cleartext connection by the bytes that have arrived, and ends it. It doesn't wait for more, so such a connection
 * costs no more than a failed handshake.
 *
 * @param redirects whether to redirect to https, with the same host, port and path; otherwise the answer is 400
 */
export function answerCleartext(socket: Socket, bytes: Buffer, redirects: boolean): Cleartext {
  const text = bytes.toString('latin1');
  const location = redirects ? secureUrl(text) : undefined;
  const { remoteAddress } = socket;
  const lingering = setTimeout(() => socket.destroy(), LINGER);
  socket.once('close', () => clearTimeout(lingering));
  socket.end(
    text.startsWith(PREFACE) ? http2Goodbye() : location ? redirectTo(location) : toAnswer(refusal()),
    'latin1',
  );
  // If the socket were closed with unread bytes, the client's system would discard the answer.
  socket.resume();
  return { answer: location ?? '400', remoteAddress };
}

function refusal(): HttpError {
  return new HttpError(400, MESSAGE, { code: 'ERR_BLAIZE_BAD_REQUEST' });
}

/** Redirects only to the host that the client named, and has therefore reached already. */
function secureUrl(text: string): string | undefined {
  const [, path, host] = REQUEST.exec(text) ?? [];
  return path === undefined || host === undefined || !isHost(host) ? undefined : `https://${host}${path}`;
}

/** 307, since browsers remember 308: they would keep using https after the port went back to cleartext. */
function redirectTo(location: string): string {
  return `HTTP/1.1 307 Temporary Redirect\r\nlocation: ${location}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`;
}

/** SETTINGS, and GOAWAY with INADEQUATE_SECURITY (RFC 9113 section 7). */
function http2Goodbye(): Buffer {
  const debug = Buffer.from(MESSAGE);
  const frames = Buffer.alloc(9 + 9 + 8);
  frames.writeUInt8(4, 3);
  frames.writeUIntBE(8 + debug.length, 9, 3);
  frames.writeUInt8(7, 12);
  frames.writeUInt32BE(12, 22);
  return Buffer.concat([frames, debug]);
}
