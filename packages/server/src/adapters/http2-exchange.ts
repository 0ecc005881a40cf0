import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { Duplex, type Readable, type Writable } from 'node:stream';

import type { HeaderFields, Protocol } from '@blaizejs/types';
import type { Exchange, Payload } from '@blaizejs/types/internal';

import type { Deadline } from '../deadlines.ts';

const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE } = constants;

// Bytes that are written in one piece.
const SLICE = 64 * 1024;

const EXCHANGE = Symbol('exchange');

/** A stream that knows its exchange, so that all streams can share their listeners. */
interface ServedStream extends ServerHttp2Stream {
  [EXCHANGE]?: Http2Exchange;
}

/** What hears of the end of exchanges. */
export interface ExchangeOwner {
  /** @param reset whether it was reset, and that by the client or because of what the client sent */
  onStreamClose(exchange: Http2Exchange, reset: boolean): void;
  /** Who answers an exchange that was orphaned has come to an end. */
  onOrphanEnd(): void;
}

/** One HTTP/2 stream. */
export class Http2Exchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: Protocol = 'HTTP/2';
  readonly headers: HeaderFields;
  readonly hasBody: boolean;
  readonly rawRequest: ServerHttp2Stream;
  bodyComplete = false;
  /** Until when its content has to be there; undefined where it has none. */
  upload: Deadline<Http2Exchange> | undefined;
  readonly #owner: ExchangeOwner;
  #expectsContinue: boolean;
  /** Whether the server has given it up. */
  #abandoned = false;
  /** Whether who answers it has come to an end; whether its stream was reset before that. */
  #ended = false;
  #orphaned = false;

  constructor(owner: ExchangeOwner, stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.#owner = owner;
    this.rawRequest = stream;
    this.headers = headers;
    this.method = headers[':method'] ?? '';
    this.target = headers[':path'] ?? '';
    this.authority = headers[':authority'] ?? headers.host ?? '';
    this.scheme = headers[':scheme'] === 'http' ? 'http' : 'https';
    this.hasBody = !stream.endAfterHeaders;
    this.#expectsContinue = headers.expect !== undefined;
    (stream as ServedStream)[EXCHANGE] = this;
    stream.on('close', tellOwner);
    // Without a listener, a stream's error would end the process; `close` tells the rest.
    stream.on('error', ignore);
    if (this.hasBody) stream.destroy = destroyWhenWritten;
  }

  get rawResponse(): ServerHttp2Stream {
    return this.rawRequest;
  }

  get remoteAddress(): string | undefined {
    return this.rawRequest.session?.socket.remoteAddress;
  }

  get receiving(): boolean {
    const { rawRequest: stream } = this;
    if (!this.hasBody || this.bodyComplete || stream.readableEnded || stream.destroyed) return false;
    // Content that came as a whole, and nobody has read.
    return stream.state.state !== NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE;
  }

  get responded(): boolean {
    return this.rawRequest.headersSent;
  }

  get aborted(): boolean {
    const { rawRequest: stream } = this;
    return this.#abandoned || stream.aborted || (stream.destroyed && !stream.writableFinished);
  }

  body(): Readable {
    const { rawRequest: stream } = this;
    if (this.#expectsContinue && !stream.destroyed && !stream.headersSent) {
      this.#expectsContinue = false;
      stream.additionalHeaders({ ':status': 100 });
    }
    return stream;
  }

  respond(status: number, headers: HeaderFields, payload: Payload | null): void {
    if (!this.#writeHead(status, headers, payload === null)) return;
    if (payload === null) return;
    if (payload.length > SLICE) writeSlices(this.rawRequest, toBuffer(payload));
    else this.rawRequest.end(payload);
  }

  respondStream(status: number, headers: HeaderFields): Writable {
    const { rawRequest: stream } = this;
    // Node resets a stream whose request nobody has read, once all is written. Where the client's window ends with the
    // content, that is before END_STREAM could be sent, and the answer looks broken.
    if (this.#writeHead(status, headers, false) && !this.hasBody) stream.resume();
    return stream;
  }

  abort(): void {
    const { rawRequest: stream } = this;
    this.#end();
    if (stream.closed) return;
    this.#abandoned = true;
    // Node (20 to 26) ends the writable side before it resets: once what was written is flushed, END_STREAM goes out
    // ahead of RST_STREAM, and a client takes the broken answer for a whole one. This leaves END_STREAM out.
    stream.end = () => stream;
    stream.close(NGHTTP2_INTERNAL_ERROR);
  }

  /** The server waits no longer for its content: who reads that is told, and so is who waits for its end. */
  abandon(): void {
    this.#abandoned = true;
  }

  onClose(listener: () => void): void {
    if (this.rawRequest.destroyed) listener();
    else this.rawRequest.once('close', listener);
  }

  /** Whether its stream was reset while who answers it is still at work. */
  get orphaned(): boolean {
    return this.#orphaned;
  }

  /** @internal */
  onStreamClose(): void {
    const { rawRequest: stream } = this;
    const reset = !this.#abandoned && (stream.aborted || stream.rstCode !== NGHTTP2_NO_ERROR);
    this.#orphaned = reset && !this.#ended && !stream.headersSent;
    this.#owner.onStreamClose(this, reset);
  }

  #writeHead(status: number, headers: HeaderFields, endStream: boolean): boolean {
    const { rawRequest: stream } = this;
    this.#end();
    if (stream.destroyed || stream.closed) return false;
    const outgoing = headers as OutgoingHttpHeaders;
    outgoing[':status'] = status;
    // RFC 9113 section 8.1: who has answered asks for the rest of the content not to be sent. Node does that by itself
    // only where nothing of it was read.
    if (this.hasBody) stream.once('finish', () => this.bodyComplete || endRequest(stream));
    stream.respond(outgoing, { endStream });
    return true;
  }

  #end(): void {
    this.#ended = true;
    if (!this.#orphaned) return;
    this.#orphaned = false;
    this.#owner.onOrphanEnd();
  }
}

/** Called on a stream. */
function tellOwner(this: ServedStream): void {
  this[EXCHANGE]?.onStreamClose();
}

/**
 * Node (20 to 26) destroys a stream whose request was read to its end as soon as it has sent END_STREAM, before the write
 * of that calls back, and then makes an error, with its stack, that nobody sees: a fifth of the time of a POST. A turn
 * later it is written. Whatever breaks a stream off destroys it at once.
 */
function destroyWhenWritten(this: ServerHttp2Stream, error?: Error): ServerHttp2Stream {
  const written = this.writableFinished || !this.writableEnded;
  if (error || written || this.rstCode !== NGHTTP2_NO_ERROR || this.session?.destroyed !== false) {
    return Duplex.prototype.destroy.call(this, error) as ServerHttp2Stream;
  }
  setImmediate(() => Duplex.prototype.destroy.call(this));
  return this;
}

function ignore(): void {}

function toBuffer(payload: Payload): Buffer {
  return typeof payload === 'string'
    ? Buffer.from(payload)
    : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}

/** Asks for no more of a request's content than has come; for who still reads it, it breaks off. */
function endRequest(stream: ServerHttp2Stream): void {
  if (stream.readableEnded) return;
  stream.close(NGHTTP2_NO_ERROR);
  // Without an error, what has come of it would look like all of it.
  stream.destroy(new Error('The request was answered before all of its content was read.'));
}

/**
 * Writes a large payload piece by piece. In one piece it would count against the memory of its session as a whole:
 * other requests of the session would be refused, for ever where the client resets the stream.
 */
function writeSlices(stream: ServerHttp2Stream, bytes: Buffer, from = 0): void {
  const last = bytes.length - SLICE;
  for (let start = from; start < last; start += SLICE) {
    if (stream.destroyed) return;
    if (!stream.write(bytes.subarray(start, start + SLICE))) {
      stream.once('drain', () => writeSlices(stream, bytes, start + SLICE));
      return;
    }
  }
  // END_STREAM goes with it; on its own it would have to wait for the client's window.
  stream.end(bytes.subarray(Math.max(from, Math.ceil(last / SLICE) * SLICE)));
}
