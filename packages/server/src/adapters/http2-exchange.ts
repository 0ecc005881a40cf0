import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Duplex, Readable, Writable } from 'node:stream';

import { addListener, callListeners, type Listeners } from '@blaizejs/errors/internal';
import type { HeaderFields, Protocol, TlsPeer } from '@blaizejs/types';
import type { BodyUse, Exchange, Payload, StreamOptions, Tunnel } from '@blaizejs/types/internal';

import type { Receiving } from './content-deadlines.ts';
import { toBareFields } from './bare-fields.ts';
import type { Http2Connection } from './http2-connection.ts';
import { assertHeadFits, toHead, toLastingHead } from './http2-head.ts';
import { destroyWhenWritten, writeWhole } from './http2-stream.ts';
import { Http2Tunnel } from './http2-tunnel.ts';
import { dropUnreadAtEnd, dropUnreadSoon, keepUnread } from './http2-unread.ts';
import { type KeptFields, keepHeaders, toHeaders } from './kept-fields.ts';
import { askAtEnd, toRequestTrailers } from './trailers.ts';
import { TunnelOffer } from './tunnel.ts';
import { goneBody } from './unread-body.ts';

const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE } = constants;

// What follows the head: nothing, content, or content and trailers.
const NOTHING = { endStream: true };
const CONTENT = { endStream: false };
const CONTENT_AND_TRAILERS = { endStream: false, waitForTrailers: true };

// Bytes. The smallest window that a client begins with by default is four times as large (RFC 9113 section 6.9.2).
const MUCH = 16 * 1024;

const EXCHANGE = Symbol('exchange');

/** A stream that knows its exchange, so that all streams can share their listeners. */
interface ServedStream extends ServerHttp2Stream {
  [EXCHANGE]?: Http2Exchange | Http2Tunnel;
}

/** One HTTP/2 stream. */
export class Http2Exchange implements Exchange, Receiving {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: Protocol = 'HTTP/2';
  readonly hasBody: boolean;
  readonly rawRequest: ServerHttp2Stream;
  bodyComplete = false;
  bodyUse: BodyUse | undefined;
  bodyAsked = false;
  /** Whether the server has given up on it, and no longer waits for its content. */
  abandoned = false;
  /** The time limit for its content; undefined if it has none. */
  deadline: { end(): void } | undefined;
  readonly tunnel: Tunnel | undefined;
  /** Whether the server has promised it. */
  readonly pushed: boolean;
  readonly #connection: Http2Connection;
  /** Undefined while they are only kept. */
  #headers: HeaderFields | undefined;
  #kept: KeptFields | undefined;
  /** What it has become. */
  #opened: Http2Tunnel | undefined;
  #expectsContinue: boolean;
  /** What it was answered with; 0 until then. */
  #status = 0;
  /** Whether its handler has ended; whether its stream was reset before that. */
  #ended = false;
  #orphaned = false;
  #requestTrailers: HeaderFields | undefined;
  #closeListeners: Listeners;
  /** How often the stream was written to, counted from the first call of `movement()` on. */
  #writes: number | undefined;

  /** @param tunnel the protocol of the tunnel that the client asks for, if a route takes it */
  constructor(
    connection: Http2Connection,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    tunnel?: string,
    pushed = false,
  ) {
    this.pushed = pushed;
    this.#connection = connection;
    this.rawRequest = stream;
    this.#headers = headers;
    this.method = tunnel === undefined ? (headers[':method'] ?? '') : 'GET';
    this.target = headers[':path'] ?? '';
    this.authority = headers[':authority'] ?? headers.host ?? '';
    // Anyone could write https in cleartext.
    this.scheme = headers[':scheme'] === 'http' || !connection.secure ? 'http' : 'https';
    this.hasBody = !pushed && !stream.endAfterHeaders && tunnel === undefined;
    this.tunnel =
      tunnel === undefined
        ? undefined
        : new TunnelOffer(this, tunnel, (fields, onOpen) => this.#openTunnel(fields, onOpen));
    this.#expectsContinue = headers.expect !== undefined;
    (stream as ServedStream)[EXCHANGE] = this;
    stream.on('close', tellClose);
    // Without a listener, an error of the stream would end the process. `close` handles the rest.
    stream.on('error', ignore);
    if (!this.hasBody) return;
    stream.destroy = destroyWhenWritten;
    stream.on('trailers', tellTrailers);
  }

  get headers(): HeaderFields {
    return (this.#headers ??= toHeaders(this.#kept as KeptFields));
  }

  /** What is kept takes less than half of the memory of what Node makes of them. */
  compact(): void {
    this.#kept ??= keepHeaders(this.headers);
    if (this.#kept) this.#headers = undefined;
  }

  get rawResponse(): ServerHttp2Stream {
    return this.rawRequest;
  }

  get remoteAddress(): string | undefined {
    return this.#connection.remoteAddress;
  }

  get peer(): TlsPeer | undefined {
    return this.#connection.peer;
  }

  get requestTrailers(): HeaderFields | undefined {
    return this.#requestTrailers;
  }

  get receiving(): boolean {
    const { rawRequest: stream } = this;
    if (!this.hasBody || this.bodyComplete || stream.readableEnded || stream.destroyed) return false;
    // All content may have arrived without having been read.
    return stream.state.state !== NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE;
  }

  get responded(): boolean {
    return this.rawRequest.headersSent;
  }

  get status(): number {
    const { rawRequest: stream } = this;
    if (!stream.headersSent) return 0;
    // Someone may have answered through the stream itself.
    return this.#status || Number(stream.sentHeaders[':status']);
  }

  get answering(): boolean {
    return this.rawRequest.headersSent && !this.rawRequest.writableEnded;
  }

  get aborted(): boolean {
    const { rawRequest: stream } = this;
    return this.abandoned || stream.aborted || (stream.destroyed && !stream.writableFinished);
  }

  body(): Readable {
    const { rawRequest: stream } = this;
    if (!this.bodyAsked && stream.headersSent) {
      if (stream.writableEnded) return goneBody();
      // See keepUnread().
      stream.resume();
    }
    this.bodyAsked = true;
    if (this.#expectsContinue && !stream.destroyed && !stream.headersSent) {
      this.#expectsContinue = false;
      stream.additionalHeaders({ ':status': 100 });
    }
    return stream;
  }

  limitRequest(milliseconds: number): void {
    if (this.receiving) this.#connection.content.limit(this, milliseconds);
  }

  movement(): string {
    const { rawRequest: stream } = this;
    if (this.#writes === undefined) {
      this.#writes = 0;
      const write = stream.write.bind(stream) as (...args: unknown[]) => boolean;
      stream.write = (...args: unknown[]) => {
        this.#writes = (this.#writes ?? 0) + 1;
        return write(...args);
      };
    }
    return `${stream.state.localWindowSize} ${this.#writes} ${stream.writableLength}`;
  }

  inform(status: 103, headers: HeaderFields): void {
    const hints = toBareFields(headers);
    const { rawRequest: stream } = this;
    if (stream.headersSent || stream.destroyed || stream.closed) return;
    assertHeadFits(hints);
    stream.additionalHeaders({ ':status': status, ...hints });
  }

  push(target: string, headers: HeaderFields): boolean {
    // A stream of the server cannot promise another (RFC 9113 section 8.4.1).
    return !this.pushed && this.#connection.pushFrom(this, target, headers);
  }

  respond(status: number, headers: HeaderFields, payload: Payload | null): void {
    if (!this.#canRespond()) return;
    const head = toHead(status, headers);
    dropUnreadAtEnd(this);
    this.#writeHead(status, head, payload === null ? NOTHING : CONTENT);
    if (payload === null) return;
    if (payload.length > MUCH) {
      this.#connection.noteWriting(this);
      // See respondStream().
      if (!this.hasBody && !this.tunnel) this.rawRequest.resume();
    }
    writeWhole(this.rawRequest, payload);
  }

  respondStream(status: number, headers: HeaderFields, options?: StreamOptions): Writable {
    const { rawRequest: stream } = this;
    if (!this.#canRespond()) return stream;
    this.#connection.noteWriting(this);
    const head = toHead(status, headers);
    if (options?.trailers) {
      keepUnread(this);
      this.#sendTrailers(options.trailers);
      this.#writeHead(status, head, CONTENT_AND_TRAILERS);
    } else {
      dropUnreadAtEnd(this);
      this.#writeHead(status, head, CONTENT);
    }
    // If nobody has read the request, Node (20 to 26) resets the stream once everything is written. If the content fills the
    // client's window exactly, this happens before END_STREAM could be sent, and the answer looks broken.
    if (!this.hasBody) stream.resume();
    else if (this.receiving) this.#connection.content.watch(this);
    return stream;
  }

  abort(): void {
    const { rawRequest: stream } = this;
    this.#end();
    if (stream.closed) return;
    this.abandoned = true;
    // Node (20 to 26) ends the writable side before it resets: once the writes are flushed, END_STREAM goes out before
    // RST_STREAM, and the client takes the broken answer for a complete one. This leaves out END_STREAM.
    stream.end = () => stream;
    stream.close(NGHTTP2_INTERNAL_ERROR);
  }

  onClose(listener: () => void): void {
    if (this.#opened) this.#opened.onClose(listener);
    else if (this.rawRequest.destroyed) listener();
    else this.#closeListeners = addListener(this.#closeListeners, listener);
  }

  /** Whether its stream was reset while its handler was still running. */
  get orphaned(): boolean {
    return this.#orphaned;
  }

  /** Called when its stream has closed. */
  close(): void {
    const { rawRequest: stream } = this;
    const reset = !this.abandoned && (stream.aborted || stream.rstCode !== NGHTTP2_NO_ERROR);
    this.#orphaned = reset && !this.#ended && !stream.headersSent;
    this.#connection.onStreamClose(this, reset);
    callListeners(this.#closeListeners);
  }

  /** Called when its trailers have arrived. */
  receiveTrailers(trailers: HeaderFields, raw: readonly string[]): void {
    this.#requestTrailers = toRequestTrailers(trailers, raw, this.#connection.limits);
  }

  #openTunnel(
    fields: Record<string, string | string[]>,
    onOpen: ((exchange: Exchange) => void) | undefined,
  ): Duplex {
    const { rawRequest: stream } = this;
    const head = toLastingHead(200, fields);
    this.#end();
    this.#writeHead(200, head, CONTENT);
    const tunnel = new Http2Tunnel(this.#connection, stream, this.scheme, this.headers, this.#closeListeners);
    (stream as ServedStream)[EXCHANGE] = this.#opened = tunnel;
    this.#closeListeners = undefined;
    onOpen?.(tunnel);
    return stream;
  }

  #canRespond(): boolean {
    this.#end();
    return !this.rawRequest.destroyed && !this.rawRequest.closed;
  }

  #writeHead(status: number, head: OutgoingHttpHeaders, options: typeof CONTENT): void {
    this.rawRequest.respond(head, options);
    this.#status = status;
  }

  #sendTrailers(trailers: () => HeaderFields): void {
    const { rawRequest: stream } = this;
    let fields = {};
    askAtEnd(
      stream,
      trailers,
      (asked) => {
        assertHeadFits(asked);
        fields = asked;
      },
      () => this.abort(),
    );
    stream.once('wantTrailers', () => {
      if (stream.destroyed || stream.closed) return;
      stream.sendTrailers(fields);
      dropUnreadSoon(this);
    });
  }

  #end(): void {
    this.#ended = true;
    if (!this.#orphaned) return;
    this.#orphaned = false;
    this.#connection.onOrphanEnd();
  }
}

// Listeners that all streams share.
function tellClose(this: ServedStream): void {
  this[EXCHANGE]?.close();
}

function tellTrailers(
  this: ServedStream,
  trailers: HeaderFields,
  _flags: number,
  raw: readonly string[],
): void {
  const exchange = this[EXCHANGE];
  if (exchange instanceof Http2Exchange) exchange.receiveTrailers(trailers, raw);
}

function ignore(): void {}
