import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Readable, Writable } from 'node:stream';

import type { Exchange, HeaderFields, Payload, Protocol } from '@blaizejs/types';

const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants;

// Bytes that are written in one piece.
const SLICE = 64 * 1024;

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
  #expectsContinue: boolean;

  constructor(stream: ServerHttp2Stream, headers: IncomingHttpHeaders) {
    this.rawRequest = stream;
    this.headers = headers;
    this.method = headers[':method'] ?? '';
    this.target = headers[':path'] ?? '';
    this.authority = headers[':authority'] ?? headers.host ?? '';
    this.scheme = headers[':scheme'] === 'http' ? 'http' : 'https';
    this.hasBody = !stream.endAfterHeaders;
    this.#expectsContinue = headers.expect !== undefined;
  }

  get rawResponse(): ServerHttp2Stream {
    return this.rawRequest;
  }

  get remoteAddress(): string | undefined {
    return this.rawRequest.session?.socket.remoteAddress;
  }

  get responded(): boolean {
    return this.rawRequest.headersSent;
  }

  get aborted(): boolean {
    const { rawRequest: stream } = this;
    return stream.aborted || (stream.destroyed && !stream.writableFinished);
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
    this.#writeHead(status, headers, false);
    return this.rawRequest;
  }

  abort(): void {
    const { rawRequest: stream } = this;
    if (stream.destroyed) return;
    // Node (20 to 26) ends the writable side before it resets: once what was written is flushed, END_STREAM goes out
    // ahead of RST_STREAM, and a client takes the broken answer for a whole one. This leaves END_STREAM out.
    stream._final = (callback) => callback();
    stream.close(NGHTTP2_INTERNAL_ERROR);
  }

  onClose(listener: () => void): void {
    if (this.rawRequest.destroyed) listener();
    else this.rawRequest.once('close', listener);
  }

  #writeHead(status: number, headers: HeaderFields, endStream: boolean): boolean {
    const { rawRequest: stream } = this;
    if (stream.destroyed || stream.closed) return false;
    const outgoing = headers as OutgoingHttpHeaders;
    outgoing[':status'] = status;
    // RFC 9113 section 8.1: who has answered asks for the rest of the content not to be sent. Node does that by itself
    // only where nothing of it was read.
    if (this.hasBody) stream.once('finish', () => this.bodyComplete || endRequest(stream));
    stream.respond(outgoing, { endStream });
    return true;
  }
}

function toBuffer(payload: Payload): Buffer {
  return typeof payload === 'string'
    ? Buffer.from(payload)
    : Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
}

/** Asks for no more of a request's content than has come, and lets go of what nobody has read. */
function endRequest(stream: ServerHttp2Stream): void {
  if (stream.readableEnded) return;
  stream.close(NGHTTP2_NO_ERROR);
  stream.resume();
}

/**
 * Writes a large payload piece by piece. In one piece it would count against the memory of its session as a whole:
 * other requests of the session would be refused, for ever where the client resets the stream.
 */
function writeSlices(stream: ServerHttp2Stream, bytes: Buffer, from = 0): void {
  for (let start = from; start < bytes.length; start += SLICE) {
    if (stream.destroyed) return;
    if (!stream.write(bytes.subarray(start, start + SLICE))) {
      stream.once('drain', () => writeSlices(stream, bytes, start + SLICE));
      return;
    }
  }
  stream.end();
}
