import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { setTimeout } from 'node:timers/promises';

import { RequestTimeoutError } from '@blaizejs/errors';
import type { LimitName } from '@blaizejs/types';

import {
  type Adapter,
  type AdapterSettings,
  type AdapterStats,
  DRAIN_GRACE,
  type Endpoint,
  listen,
  stopListening,
} from './adapter.ts';
import { answerCleartext, isCleartext } from './cleartext.ts';
import { ContentDeadlines } from './content-deadlines.ts';
import { noteBelow } from './cut.ts';
import { Http1Adapter } from './http1.ts';
import { Http2Connection } from './http2-connection.ts';
import type { Http2Exchange } from './http2-exchange.ts';
import { serverOptions } from './http2-options.ts';
import { Http2Refusals } from './http2-refusal.ts';
import { Http2Watch } from './http2-watch.ts';
import { tlsOptions } from './tls-options.ts';

// Errors of nghttp2.
const CALLBACK_FAILURE = -902;
const TOO_MANY_CONTINUATIONS = -905;

// Milliseconds in which a handshake that has begun may end when the server stops.
const HANDSHAKE_GRACE = 2000;

/**
 * Serves HTTP/2 on Node's core stream API, and HTTP/1.1 to clients that ask for it by ALPN or know no ALPN. The
 * latter's sockets are handed to a real `http.Server`, which has the limits and the ways to close that a secure HTTP/2
 * server with `allowHTTP1` lacks. Its certificate is set with `server.setSecureContext()`.
 */
export class Http2Adapter implements Adapter {
  readonly server: Http2SecureServer;
  readonly #settings: AdapterSettings;
  readonly #http1: Http1Adapter;
  readonly #watch: Http2Watch;
  readonly #handshakes = new Map<string, Socket>();
  readonly #sockets = new Set<Socket>();
  /** The socket whose session comes next. */
  #secured: Socket | undefined;

  constructor(settings: AdapterSettings) {
    const { limits, hits } = settings;
    this.#settings = settings;
    this.#http1 = new Http1Adapter(settings);
    this.#watch = new Http2Watch(limits, hits);
    const content = new ContentDeadlines<Http2Exchange>(
      limits,
      (exchange, milliseconds) => this.#timeOut(exchange, milliseconds),
      (exchange) => {
        hits.hit('keepAliveTimeout');
        exchange.abort();
      },
    );
    this.server = createSecureServer({
      ...serverOptions(limits),
      ...tlsOptions(settings.tls ?? {}, settings.http2 === false ? ['http/1.1'] : ['h2', 'http/1.1']),
    });
    if (limits.maxConnections > 0) this.server.maxConnections = limits.maxConnections;
    this.server.on('drop', () => hits.hit('maxConnections'));
    // It keeps track of its connections only once it believes that it listens.
    this.server.on('listening', () => this.#http1.server.emit('listening'));
    const [handshake] = this.server.listeners('connection') as ((socket: Socket) => void)[];
    this.server.removeAllListeners('connection');
    this.server.on('connection', (socket: Socket) => {
      this.#trackHandshake(socket);
      this.#awaitBytes(socket, () => handshake?.call(this.server, socket));
    });
    this.server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') hits.hit('handshakeTimeout');
    });
    const [serveHttp2] = this.server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
    this.server.removeAllListeners('secureConnection');
    this.server.on('secureConnection', (socket: TLSSocket) => {
      const peer = peerOf(socket);
      this.#secured = this.#handshakes.get(peer) ?? socket;
      this.#handshakes.delete(peer);
      const { alpnProtocol } = socket;
      if (alpnProtocol === 'h2') serveHttp2?.call(this.server, socket);
      else if (alpnProtocol === false || alpnProtocol === 'http/1.1') {
        noteBelow(socket, this.#secured);
        this.#http1.server.emit('connection', socket);
      }
      // What it was for is done with its handshake (RFC 8737 section 3). Node would serve HTTP/2.
      else socket.destroySoon();
    });
    const shared = { ...settings, refusals: new Http2Refusals(limits), content };
    this.server.on('session', (session) => {
      this.#watch.add(new Http2Connection(session, this.#secured as Socket, shared));
    });
    this.server.on('sessionError', (error: NodeJS.ErrnoException) => {
      const limit = limitOf(error);
      if (limit) hits.hit(limit);
    });
  }

  listen(endpoint: Endpoint): Promise<void> {
    return listen(this.server, endpoint);
  }

  stats(): AdapterStats {
    let sessions = 0;
    let streams = 0;
    for (const { open } of this.#watch.connections) {
      sessions += 1;
      streams += open;
    }
    return { connections: this.#sockets.size, sessions, streams, handshakes: this.#handshakes.size };
  }

  async drain(): Promise<void> {
    const closed = stopListening(this.server);
    const stop = this.#http1.endConnections();
    void setTimeout(DRAIN_GRACE).then(() => this.#cutHandshakes((socket) => socket.bytesRead === 0));
    void setTimeout(HANDSHAKE_GRACE, undefined, { ref: false }).then(() => this.#cutHandshakes(() => true));
    for (const connection of this.#watch.connections) void connection.end();
    // One whose handshake was under way when the others were told.
    this.server.on('session', () => {
      for (const connection of this.#watch.connections) void connection.end();
    });
    await closed;
    stop();
  }

  destroy(): void {
    for (const { session } of this.#watch.connections) session.destroy();
    this.#http1.destroy();
    for (const socket of this.#sockets) socket.destroy();
  }

  #cutHandshakes(isCut: (socket: Socket) => boolean): void {
    for (const socket of this.#handshakes.values()) if (isCut(socket)) socket.destroy();
  }

  /** Looks at what a connection begins with: TLS goes on to its handshake, HTTP in cleartext is told so. */
  #awaitBytes(socket: Socket, shakeHands: () => void): void {
    const { limits, hits, redirectsCleartext = false, onCleartext } = this.#settings;
    const onTimeout = (): void => {
      hits.hit('handshakeTimeout');
      socket.destroy();
    };
    const onReadable = (): void => {
      const bytes = socket.read() as Buffer | null;
      // Nothing came but its end.
      if (!bytes) return void socket.destroy();
      socket.off('timeout', onTimeout).off('readable', onReadable).setTimeout(0);
      if (isCleartext(bytes)) {
        hits.hit('tls');
        const seen = answerCleartext(socket, bytes, redirectsCleartext);
        onCleartext?.(seen);
        return;
      }
      socket.off('error', ignore);
      socket.unshift(bytes);
      shakeHands();
    };
    socket.on('error', ignore).on('timeout', onTimeout).on('readable', onReadable);
    socket.setTimeout(limits.handshakeTimeout);
  }

  #trackHandshake(socket: Socket): void {
    const peer = peerOf(socket);
    this.#sockets.add(socket);
    // Unix sockets have no names to tell them apart; `handshakeTimeout` is enough for those.
    if (peer !== NOBODY) this.#handshakes.set(peer, socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#handshakes.delete(peer);
    });
  }

  /** @returns whether to wait again */
  #timeOut(exchange: Http2Exchange, milliseconds: number): boolean {
    const { handle, hits } = this.#settings;
    if (exchange.responded) {
      hits.hit('requestTimeout');
      exchange.abort();
      return false;
    }
    const message = `The request was not complete after ${milliseconds} ms.`;
    handle(exchange, new RequestTimeoutError(message, { limit: 'requestTimeout' }));
    exchange.abandon();
    // For a client that does not take the answer either.
    return true;
  }
}

/** The limit for which Node has ended a session by itself, where it tells. */
function limitOf({ code, errno }: NodeJS.ErrnoException): LimitName | undefined {
  // Frames that it answers by resetting a stream, or not at all.
  if (code === 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES') return 'streamResetRate';
  // It has refused too many streams, because the session held too much.
  if (errno === CALLBACK_FAILURE) return 'maxSessionMemory';
  return errno === TOO_MANY_CONTINUATIONS ? 'maxHeaderSize' : undefined;
}

// The TLS socket of a connection has the same peer as the TCP socket below it, which it does not name.
const NOBODY = 'undefined undefined';

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${String(remoteAddress)} ${String(remotePort)}`;
}

function ignore(): void {}
