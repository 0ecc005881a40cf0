import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type Http2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';

import type { Exchange, HeaderFields, Payload, Protocol } from '@blaizejs/types';

import { type Adapter, DRAIN_GRACE, type Handle, stopListening, trackSockets } from './adapter.ts';
import { Http1Adapter } from './http1.ts';

const { NGHTTP2_INTERNAL_ERROR, NGHTTP2_NO_ERROR } = constants;

// Bytes.
const SLICE = 64 * 1024;

// Milliseconds; a round trip to the far end of the world is half of it. For a session with requests in flight: an idle
// client of Node answers no PING once it knows that the server goes away.
const PING_PATIENCE = 500;

// A first GOAWAY that still allows every stream, sent before the one that counts (RFC 9113 section 6.8).
const ANY_STREAM = 2 ** 31 - 1;

/**
 * Serves HTTP/2 on Node's core stream API, and HTTP/1.1 to clients that ask for it by ALPN or know no ALPN. The
 * latter's sockets are handed to a real `http.Server`, which has the limits and the ways to close that a secure HTTP/2
 * server with `allowHTTP1` lacks. Its certificate is set with `server.setSecureContext()`.
 */
export class Http2Adapter implements Adapter {
  readonly server: Http2SecureServer;
  readonly #http1: Http1Adapter;
  /** The open sessions, each with the number of its open streams. */
  readonly #sessions = new Map<Http2Session, number>();
  readonly #handshakes = new Map<string, Socket>();
  readonly #sockets: { destroy(): void };

  constructor(handle: Handle) {
    this.#http1 = new Http1Adapter(handle);
    this.server = createSecureServer({
      ALPNCallback: ({ protocols }) => ['h2', 'http/1.1'].find((protocol) => protocols.includes(protocol)),
    });
    // It keeps track of its connections only once it believes that it listens.
    this.server.once('listening', () => this.#http1.server.emit('listening'));
    this.server.on('unknownProtocol', (socket) => this.#http1.server.emit('connection', socket));
    this.server.on('connection', (socket: Socket) => {
      const peer = peerOf(socket);
      this.#handshakes.set(peer, socket);
      socket.once('close', () => this.#handshakes.delete(peer));
    });
    this.server.on('secureConnection', (socket: Socket) => this.#handshakes.delete(peerOf(socket)));
    this.server.on('session', (session) => {
      this.#sessions.set(session, 0);
      session.once('close', () => this.#sessions.delete(session));
    });
    this.server.on('stream', (stream, headers) => {
      this.#count(stream);
      // Without a listener, a stream's error would end the process; `close` tells the rest.
      stream.on('error', ignore);
      handle(new Http2Exchange(stream, headers));
    });
    this.#sockets = trackSockets(this.server);
  }

  async drain(): Promise<void> {
    const closed = stopListening(this.server);
    const stop = this.#http1.endConnections();
    void setTimeout(DRAIN_GRACE).then(() => {
      for (const socket of this.#handshakes.values()) socket.destroy();
    });
    for (const session of this.#sessions.keys()) void this.#drainSession(session);
    // One whose handshake was under way when the others were told.
    this.server.on('session', (session) => void this.#drainSession(session));
    await closed;
    stop();
  }

  destroy(): void {
    for (const session of this.#sessions.keys()) session.destroy();
    this.#sockets.destroy();
    this.#http1.destroy();
  }

  #count(stream: ServerHttp2Stream): void {
    const session = stream.session as Http2Session;
    this.#sessions.set(session, (this.#sessions.get(session) ?? 0) + 1);
    stream.once('close', () => {
      const open = this.#sessions.get(session);
      // Gone, where the session was closed first.
      if (open === undefined) return;
      this.#sessions.set(session, open - 1);
      if (session.closed) this.#endIfIdle(session);
    });
  }

  /** Says goodbye, waits until the client knows, and then ends the session when its last stream has. */
  async #drainSession(session: Http2Session): Promise<void> {
    if (!session.destroyed) session.goaway(NGHTTP2_NO_ERROR, ANY_STREAM);
    // A client's PING overtakes the requests that it had begun before it knew.
    const patience = this.#sessions.get(session) === 0 ? DRAIN_GRACE : PING_PATIENCE;
    await Promise.all([roundTrip(session, patience), setTimeout(DRAIN_GRACE)]);
    // Does nothing to one that is closed, or gone, by now.
    session.close();
    // Behind the second GOAWAY, which a session that is destroyed at once would not send.
    await roundTrip(session, DRAIN_GRACE);
    this.#endIfIdle(session);
  }

  // Node 20 and 22 leave a closed session open where a frame was still to be sent when its last stream ended.
  #endIfIdle(session: Http2Session): void {
    if (this.#sessions.get(session) === 0 && !session.destroyed) session.destroy();
  }
}

/** Resolves when the client has answered a PING, is gone, or has not answered in `patience` milliseconds. */
async function roundTrip(session: Http2Session, patience: number): Promise<void> {
  if (session.destroyed) return;
  const answered = new Promise<void>((resolve) => {
    session.once('close', resolve);
    // A client that goes at once ends its side, and answers nothing any more.
    session.socket.once('end', resolve);
    session.ping(() => resolve());
  });
  const waiting = new AbortController();
  const late = setTimeout(patience, undefined, { signal: waiting.signal }).catch(() => undefined);
  await Promise.race([answered, late]);
  waiting.abort();
}

// The TLS socket of a connection has the same peer as the TCP socket below it, which it does not name.
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${String(remoteAddress)} ${String(remotePort)}`;
}

class Http2Exchange implements Exchange {
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
    if (this.#expectsContinue && !this.rawRequest.destroyed) {
      this.#expectsContinue = false;
      this.rawRequest.additionalHeaders({ ':status': 100 });
    }
    return this.rawRequest;
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
    if (this.hasBody) stream.once('finish', () => endRequest(stream));
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

function ignore(): void {}
