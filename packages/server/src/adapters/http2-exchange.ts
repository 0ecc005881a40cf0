import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Duplex, Readable, Writable } from 'node:stream';

import type { HeaderFields, Protocol, TlsPeer } from '@blaizejs/types';
import type { BodyUse, Exchange, Payload, StreamOptions, Tunnel } from '@blaizejs/types/internal';

import { addCloseListener, callCloseListeners, type CloseListeners } from './close-listeners.ts';
import type { Receiving } from './content-deadlines.ts';
import { toBareFields } from './bare-fields.ts';
import type { Http2Connection } from './http2-connection.ts';
import { assertHeadFits } from './http2-head.ts';
import { destroyWhenWritten, writeWhole } from './http2-stream.ts';
import { dropUnread } from './http2-unread.ts';
import { askAtEnd, toRequestTrailers } from './trailers.ts';
import { TunnelOffer } from './tunnel.ts';
import { goneBody } from './unread-body.ts';

const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR, NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE } = constants;

// What follows a head: nothing, content, or content and trailers.
const NOTHING = { endStream: true };
const CONTENT = { endStream: false };
const CONTENT_AND_TRAILERS = { endStream: false, waitForTrailers: true };

const EXCHANGE = Symbol('exchange');

/** A stream that knows its exchange, so that all streams can share their listeners. */
interface ServedStream extends ServerHttp2Stream {
  [EXCHANGE]?: Http2Exchange;
}

/** One HTTP/2 stream. */
export class Http2Exchange implements Exchange, Receiving {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: Protocol = 'HTTP/2';
  readonly headers: HeaderFields;
  readonly hasBody: boolean;
  readonly rawRequest: ServerHttp2Stream;
  bodyComplete = false;
  bodyUse: BodyUse | undefined;
  bodyAsked = false;
  /** Until when its content has to be there; undefined where it has none. */
  deadline: { end(): void } | undefined;
  readonly tunnel: Tunnel | undefined;
  readonly #connection: Http2Connection;
  #expectsContinue: boolean;
  /** Whether the server has given it up. */
  #abandoned = false;
  /** Whether who answers it has come to an end; whether its stream was reset before that. */
  #ended = false;
  #orphaned = false;
  #requestTrailers: HeaderFields | undefined;
  #closeListeners: CloseListeners;
  /** How often the stream was written to; counted once somebody asks. */
  #writes: number | undefined;

  /** @param tunnel what is to be spoken in the tunnel that the client asks for, if a route takes it */
  constructor(
    connection: Http2Connection,
    stream: ServerHttp2Stream,
    headers: IncomingHttpHeaders,
    tunnel?: string,
  ) {
    this.#connection = connection;
    this.rawRequest = stream;
    this.headers = headers;
    this.method = tunnel === undefined ? (headers[':method'] ?? '') : 'GET';
    this.target = headers[':path'] ?? '';
    this.authority = headers[':authority'] ?? headers.host ?? '';
    this.scheme = headers[':scheme'] === 'http' ? 'http' : 'https';
    this.hasBody = !stream.endAfterHeaders && tunnel === undefined;
    this.tunnel =
      tunnel === undefined ? undefined : new TunnelOffer(this, tunnel, (fields) => this.#openTunnel(fields));
    this.#expectsContinue = headers.expect !== undefined;
    (stream as ServedStream)[EXCHANGE] = this;
    stream.on('close', tellClose);
    // Without a listener, a stream's error would end the process; `close` tells the rest.
    stream.on('error', ignore);
    if (!this.hasBody) return;
    stream.destroy = destroyWhenWritten;
    stream.on('trailers', tellTrailers);
  }

  get rawResponse(): ServerHttp2Stream {
    return this.rawRequest;
  }

  get remoteAddress(): string | undefined {
    return this.rawRequest.session?.socket.remoteAddress;
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
    // Content that came as a whole, and nobody has read.
    return stream.state.state !== NGHTTP2_STREAM_STATE_HALF_CLOSED_REMOTE;
  }

  get responded(): boolean {
    return this.rawRequest.headersSent;
  }

  get status(): number {
    const { rawRequest: stream } = this;
    return stream.headersSent ? Number(stream.sentHeaders[':status']) : 0;
  }

  get answering(): boolean {
    return this.rawRequest.headersSent && !this.rawRequest.writableEnded;
  }

  get aborted(): boolean {
    const { rawRequest: stream } = this;
    return this.#abandoned || stream.aborted || (stream.destroyed && !stream.writableFinished);
  }

  body(): Readable {
    const { rawRequest: stream } = this;
    if (!this.bodyAsked && stream.headersSent) {
      if (stream.writableEnded) return goneBody();
      // See #keepOpen().
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

  respond(status: number, headers: HeaderFields, payload: Payload | null): void {
    if (!this.#canRespond()) return;
    assertHeadFits(headers);
    this.#dropUnreadLater();
    this.#writeHead(status, headers, payload === null ? NOTHING : CONTENT);
    if (payload !== null) writeWhole(this.rawRequest, payload);
  }

  respondStream(status: number, headers: HeaderFields, options?: StreamOptions): Writable {
    const { rawRequest: stream } = this;
    if (!this.#canRespond()) return stream;
    assertHeadFits(headers);
    if (options?.trailers) {
      if (this.hasBody || this.tunnel) this.#keepOpen();
      this.#sendTrailers(options.trailers);
      this.#writeHead(status, headers, CONTENT_AND_TRAILERS);
    } else {
      this.#dropUnreadLater();
      this.#writeHead(status, headers, CONTENT);
    }
    // Node resets a stream whose request nobody has read, once all is written. Where the client's window ends with the
    // content, that is before END_STREAM could be sent, and the answer looks broken.
    if (!this.hasBody) stream.resume();
    else if (this.receiving) this.#connection.content.watch(this);
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

  /** Whether the server has given it up, and waits no longer for its content. */
  get abandoned(): boolean {
    return this.#abandoned;
  }

  onClose(listener: () => void): void {
    if (this.rawRequest.destroyed) listener();
    else this.#closeListeners = addCloseListener(this.#closeListeners, listener);
  }

  /** Whether its stream was reset while who answers it is still at work. */
  get orphaned(): boolean {
    return this.#orphaned;
  }

  /** Called when its stream is closed. */
  close(): void {
    const { rawRequest: stream } = this;
    const reset = !this.#abandoned && (stream.aborted || stream.rstCode !== NGHTTP2_NO_ERROR);
    this.#orphaned = reset && !this.#ended && !stream.headersSent;
    this.#connection.onStreamClose(this, reset);
    callCloseListeners(this.#closeListeners);
  }

  /** Called when trailers have come. */
  receiveTrailers(trailers: HeaderFields, raw: readonly string[]): void {
    this.#requestTrailers = toRequestTrailers(trailers, raw, this.#connection.limits);
  }

  #openTunnel(fields: Record<string, string | string[]>): Duplex {
    assertHeadFits(fields);
    this.#end();
    this.#writeHead(200, fields, CONTENT);
    return this.rawRequest;
  }

  #canRespond(): boolean {
    this.#end();
    return !this.rawRequest.destroyed && !this.rawRequest.closed;
  }

  #writeHead(status: number, headers: HeaderFields, options: typeof CONTENT): void {
    // 200 is what Node sends if nothing is said, so that most answers need no copy of their fields.
    const outgoing: OutgoingHttpHeaders = status === 200 ? headers : { ':status': status, ...headers };
    this.rawRequest.respond(outgoing, options);
  }

  /** In a turn of its own: some of the answer may still have to be handed to nghttp2. */
  #dropUnreadLater(): void {
    if (!this.hasBody && !this.tunnel) return;
    this.#keepOpen();
    this.rawRequest.once('finish', () => setImmediate(dropUnread, this));
  }

  /**
   * Keeps Node from resetting a stream by itself. It does so to a request that nobody reads, as soon as all of the answer
   * is handed over: END_STREAM, or even the head, may then never be sent.
   */
  #keepOpen(): void {
    if (!this.bodyAsked) this.rawRequest.pause();
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
      if (this.hasBody || this.tunnel) setImmediate(dropUnread, this);
    });
  }

  #end(): void {
    this.#ended = true;
    if (!this.#orphaned) return;
    this.#orphaned = false;
    this.#connection.onOrphanEnd();
  }
}

// Called on streams, all of which share them.
function tellClose(this: ServedStream): void {
  this[EXCHANGE]?.close();
}

function tellTrailers(
  this: ServedStream,
  trailers: HeaderFields,
  _flags: number,
  raw: readonly string[],
): void {
  this[EXCHANGE]?.receiveTrailers(trailers, raw);
}

function ignore(): void {}
