import { createSecureServer, type Http2SecureServer } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { setTimeout as wait } from 'node:timers/promises';

import { isClientAuthorized } from '@blaizejs/ssl';

import { type Adapter, type AdapterSettings, type AdapterStats, type Endpoint } from './adapter.ts';
import { answerCleartext, isCleartext } from './cleartext.ts';
import { noteBelow } from './cut.ts';
import { Http1Adapter } from './http1.ts';
import { serverOptions } from './http2-options.ts';
import { Http2Sessions } from './http2-sessions.ts';
import { Listener } from './listener.ts';
import { tlsOptions } from './tls-options.ts';

// Milliseconds that a handshake in progress has to finish when the server stops.
const HANDSHAKE_GRACE = 2000;
// A client that has just connected is more likely to have a request than one whose connection is idle, and may be slow.
const SILENT_GRACES = 4;

/**
 * Serves HTTP/2 on Node's stream API, and HTTP/1.1 to clients that ask for it by ALPN or offer no ALPN. HTTP/1.1 sockets are
 * handed to a real `http.Server`, which has the limits and ways to close that a secure HTTP/2 server with `allowHTTP1`
 * lacks. `server.setSecureContext()` sets the certificate.
 */
export class Http2Adapter implements Adapter {
  readonly server: Http2SecureServer;
  readonly listener: Listener;
  readonly #settings: AdapterSettings;
  readonly #http1: Http1Adapter;
  readonly #sessions: Http2Sessions;
  readonly #handshakes = new Map<string, Socket>();
  readonly #sockets = new Set<Socket>();
  /** Listens to all sockets: a closure of each would take more memory than its timer. */
  readonly #onClose: (this: Socket) => void;
  /** When a handshake began, by `performance.now()`. */
  readonly #handshakesBegan = new WeakMap<Socket, number>();
  /** Of handshakes. */
  readonly #deadlines = new WeakMap<Socket, NodeJS.Timeout>();
  /** The socket of the next session. */
  #secured: Socket | undefined;

  constructor(settings: AdapterSettings) {
    const { limits, hits, traffic } = settings;
    this.#settings = settings;
    const forget = (socket: Socket): void => this.#forget(socket);
    this.#onClose = function () {
      forget(this);
    };
    this.#http1 = new Http1Adapter(settings);
    this.server = createSecureServer({
      ...serverOptions(limits),
      ...tlsOptions(settings.tls ?? {}, settings.http2 === false ? ['http/1.1'] : ['h2', 'http/1.1']),
    });
    this.listener = new Listener(this.server);
    if (limits.maxConnections > 0) this.server.maxConnections = limits.maxConnections;
    this.server.on('drop', () => hits.hit('maxConnections'));
    // It tracks its connections only if it believes that it is listening.
    this.server.on('listening', () => this.#http1.server.emit('listening'));
    const [handshake] = this.server.listeners('connection') as ((socket: Socket) => void)[];
    this.server.removeAllListeners('connection');
    this.server.on('connection', (socket: Socket) => {
      this.#trackHandshake(socket);
      this.#awaitBytes(socket, () => {
        this.#handshakesBegan.set(socket, performance.now());
        handshake?.call(this.server, socket);
      });
    });
    this.server.on('tlsClientError', (error: NodeJS.ErrnoException) => {
      traffic?.failedHandshake(error);
      if (error.code === 'ERR_TLS_HANDSHAKE_TIMEOUT') hits.hit('handshakeTimeout');
    });
    const { requestCert = false, rejectUnauthorized = true } = settings.tls ?? {};
    const isStrict = requestCert && rejectUnauthorized;
    const [serveHttp2] = this.server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
    this.server.removeAllListeners('secureConnection');
    this.server.on('secureConnection', (socket: TLSSocket) => {
      const peer = peerOf(socket);
      this.#secured = this.#handshakes.get(peer) ?? socket;
      this.#handshakes.delete(peer);
      if (this.#secured === socket) socket.on('close', this.#onClose);
      this.#endDeadline(this.#secured);
      const began = this.#handshakesBegan.get(this.#secured);
      this.#handshakesBegan.delete(this.#secured);
      if (began !== undefined) traffic?.shookHands(performance.now() - began);
      const { alpnProtocol } = socket;
      // OpenSSL does not check the certificate of a resumed session, which may have expired since.
      if (isStrict && socket.isSessionReused() && !isClientAuthorized(socket)) return void socket.destroy();
      if (alpnProtocol === 'h2') serveHttp2?.call(this.server, socket);
      else if (alpnProtocol === false || alpnProtocol === 'http/1.1') {
        noteBelow(socket, this.#secured);
        this.#http1.server.emit('connection', socket);
      }
      // The handshake was all there is to it (RFC 8737 section 3). Node would serve HTTP/2.
      else socket.destroySoon();
    });
    this.#sessions = new Http2Sessions(this.server, settings, () => this.#secured as Socket);
  }

  listen(endpoint: Endpoint): Promise<void> {
    return this.listener.listen(endpoint);
  }

  stats(): AdapterStats {
    return {
      connections: this.#sockets.size,
      ...this.#sessions.stats(),
      handshakes: this.#handshakes.size,
    };
  }

  stalledStreams(): number {
    return this.#sessions.stalledStreams();
  }

  async drain(): Promise<void> {
    const closed = this.listener.stop();
    const stop = this.#http1.endConnections();
    const silentGrace = this.#settings.idleGrace * SILENT_GRACES;
    void wait(silentGrace).then(() => this.#cutHandshakes((socket) => socket.bytesRead === 0));
    void wait(HANDSHAKE_GRACE, undefined, { ref: false }).then(() => this.#cutHandshakes(() => true));
    this.#sessions.drain();
    await closed;
    stop();
  }

  destroy(): void {
    this.#sessions.destroy();
    this.#http1.destroy();
    for (const socket of this.#sockets) socket.destroy();
  }

  #cutHandshakes(isCut: (socket: Socket) => boolean): void {
    for (const socket of this.#handshakes.values()) if (isCut(socket)) socket.destroy();
  }

  /** Looks at the first bytes of a connection: TLS goes on to its handshake, cleartext HTTP is answered. */
  #awaitBytes(socket: Socket, shakeHands: () => void): void {
    const { limits, hits, redirectsCleartext = false, onCleartext } = this.#settings;
    const onTimeout = (): void => {
      if (!this.#handshakesBegan.has(socket)) hits.hit('handshakeTimeout');
      // It has ended, or nothing tells whether it has. Then Node's clock, which begins with the first byte, is enough.
      else if (this.#handshakes.get(peerOf(socket)) !== socket) return;
      // A handshake that has begun fails with this error, and is counted there.
      socket.destroy(lateHandshake());
    };
    const onReadable = (): void => {
      const bytes = socket.read() as Buffer | null;
      // The client has ended its side without sending anything.
      if (!bytes) return void socket.destroy();
      socket.off('readable', onReadable);
      if (isCleartext(bytes)) {
        this.#endDeadline(socket);
        hits.hit('tls');
        const seen = answerCleartext(socket, bytes, redirectsCleartext);
        onCleartext?.(seen);
        return;
      }
      socket.off('error', ignore);
      socket.unshift(bytes);
      shakeHands();
    };
    socket.on('error', ignore).on('readable', onReadable);
    if (limits.handshakeTimeout === 0) return;
    this.#deadlines.set(socket, setTimeout(onTimeout, limits.handshakeTimeout).unref());
  }

  #trackHandshake(socket: Socket): void {
    const peer = peerOf(socket);
    this.#sockets.add(socket);
    this.#settings.traffic?.track(socket);
    // Unix sockets have no address to tell them apart. For those, `handshakeTimeout` is enough.
    if (peer !== NOBODY) this.#handshakes.set(peer, socket);
    socket.on('close', this.#onClose);
  }

  #forget(socket: Socket): void {
    this.#sockets.delete(socket);
    // Node has kept its peer.
    const peer = peerOf(socket);
    if (this.#handshakes.get(peer) === socket) this.#handshakes.delete(peer);
    this.#endDeadline(socket);
    this.#sessions.forget(socket);
    this.#settings.traffic?.forget(socket);
  }

  #endDeadline(socket: Socket): void {
    clearTimeout(this.#deadlines.get(socket));
    this.#deadlines.delete(socket);
  }
}

// Finds the TCP socket below a TLS socket, which has no reference to it but the same peer.
const NOBODY = 'undefined undefined';

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${String(remoteAddress)} ${String(remotePort)}`;
}

function lateHandshake(): Error {
  return Object.assign(new Error('The TLS handshake took too long.'), { code: 'ERR_TLS_HANDSHAKE_TIMEOUT' });
}

function ignore(): void {}
