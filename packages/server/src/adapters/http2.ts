import {
  constants,
  createSecureServer,
  type Http2SecureServer,
  type Http2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { type Adapter, DRAIN_GRACE, type Handle, stopListening } from './adapter.ts';
import { Http1Adapter } from './http1.ts';
import { Http2Exchange } from './http2-exchange.ts';

const { NGHTTP2_NO_ERROR } = constants;

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
  readonly #sockets = new Set<Socket>();

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
      this.#sockets.add(socket);
      this.#handshakes.set(peer, socket);
      socket.once('close', () => {
        this.#sockets.delete(socket);
        this.#handshakes.delete(peer);
      });
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
    for (const socket of this.#sockets) socket.destroy();
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

function ignore(): void {}
