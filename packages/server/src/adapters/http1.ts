import {
  createServer,
  type IncomingMessage,
  type Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';

import { HttpError, NotImplementedError } from '@blaizejs/errors';
import type { Limits } from '@blaizejs/types';

import {
  type Adapter,
  type AdapterSettings,
  type AdapterStats,
  DRAIN_GRACE,
  type Endpoint,
} from './adapter.ts';
import { ContentDeadlines } from './content-deadlines.ts';
import { type ConnectionSettings, Http1Connection } from './http1-connection.ts';
import { hasBody, type Http1Exchange } from './http1-exchange.ts';
import type { ParseError } from './http1-parse-error.ts';
import type { Http1Tunnel } from './http1-tunnel.ts';
import { Http1Refusals, parseAbsoluteForm } from './http1-refusal.ts';
import { isIgnored, upgradeOptions } from './http1-upgrade.ts';
import { isPreface, takeFromHttp1 } from './http2-preface.ts';
import { Listener } from './listener.ts';

/** Serves HTTP/1.1: in cleartext if it listens itself, over TLS if sockets are handed to it by `emit('connection')`. */
export class Http1Adapter implements Adapter {
  readonly server: Server;
  readonly listener: Listener;
  readonly #settings: ConnectionSettings & { draining: boolean };
  readonly #refusals: Http1Refusals;
  readonly #connections = new Map<Duplex, Http1Connection | Http1Tunnel>();

  /** @param onHttp2 takes a socket whose client speaks HTTP/2; without it, such a client gets 505 */
  constructor(settings: AdapterSettings, onHttp2?: (socket: Socket) => void) {
    const { limits, hits } = settings;
    const content = new ContentDeadlines<Http1Exchange>(limits, failLate, failIdle);
    const onClosed = (socket: Socket): void => {
      settings.traffic?.forget(socket);
      this.#connections.delete(socket);
    };
    const onTunnel = (socket: Socket, tunnel: Http1Tunnel): void =>
      void this.#connections.set(socket, tunnel);
    this.#settings = { ...settings, content, draining: false, onClosed, onTunnel };
    this.#refusals = new Http1Refusals(limits);
    const options = {
      ...toServerOptions(limits),
      ...upgradeOptions((request) => this.#takesUpgrade(request)),
    };
    this.server = createServer(options, (request, response) => {
      this.#serve(request, response, false, this.#refusals.of(request));
    });
    this.listener = new Listener(this.server);
    // One more than allowed, to notice that there are too many: Node 20 drops fields above this number.
    this.server.maxHeadersCount = limits.maxHeadersCount + 1;
    if (limits.maxConnections > 0) this.server.maxConnections = limits.maxConnections;
    this.server
      .on('checkContinue', (request, response) => this.#serveExpecting(request, response))
      .on('checkExpectation', (request, response) => this.#serveExpecting(request, response))
      .on('connection', (socket: Socket) => this.#connect(socket, this.#settings))
      .on('clientError', (error, socket) => this.#fail(error, socket, onHttp2))
      .on('upgrade', (request, socket: Socket, rest) => this.#serveUpgrade(request, socket, rest))
      .on('connect', (request) => this.#refuseTunnel(request))
      .on('timeout', (socket: Socket) => {
        hits.hit('keepAliveTimeout');
        socket.destroy();
      })
      .on('drop', () => hits.hit('maxConnections'));
  }

  listen(endpoint: Endpoint): Promise<void> {
    return this.listener.listen(endpoint);
  }

  stats(): AdapterStats {
    return { connections: this.#connections.size, sessions: 0, streams: 0, handshakes: 0 };
  }

  stalledStreams(): number {
    return 0;
  }

  async drain(): Promise<void> {
    const closed = this.listener.stop();
    const stop = this.endConnections();
    await closed;
    stop();
  }

  /**
   * From now on, each connection ends with its next answer, or once it has been idle for a short grace period.
   *
   * @returns a function that stops this, to be called when no connection is left
   */
  endConnections(): () => void {
    this.#settings.draining = true;
    const { idleGrace } = this.#settings;
    // Repeatedly, since a response whose head was already sent leaves its connection idle when it ends.
    // closeIdleConnections() would also close connections whose last response is still being flushed.
    const look = (): void => {
      const isQuiet = ([, connection]: [Duplex, Http1Connection | Http1Tunnel]): boolean =>
        connection.quietFor(performance.now()) >= idleGrace;
      const quiet = [...this.#connections].filter(isQuiet);
      // In the next turn, when bytes that have arrived in the meantime are read. Unread bytes would reset the connection.
      setImmediate(() => {
        for (const [socket] of quiet.filter(isQuiet)) socket.destroy();
      });
    };
    look();
    const timer = setInterval(look, DRAIN_GRACE / 4);
    return () => {
      clearInterval(timer);
      // If it is not listening, this only stops its timer that checks connections.
      this.server.close();
    };
  }

  destroy(): void {
    for (const connection of this.#connections.values()) connection.cut();
  }

  #connectionOf(socket: Duplex): Http1Connection | undefined {
    const connection = this.#connections.get(socket);
    return connection instanceof Http1Connection ? connection : undefined;
  }

  #connect(socket: Socket, settings: ConnectionSettings): void {
    // The connection was handed to another parser.
    if (this.#connections.has(socket)) return;
    this.#connections.set(socket, new Http1Connection(socket, settings));
    // The adapter that made a TLS socket counts the one below it.
    if (!(socket instanceof TLSSocket)) settings.traffic?.track(socket);
  }

  #fail(error: ParseError, duplex: Duplex, onHttp2: ((socket: Socket) => void) | undefined): void {
    const connection = this.#connectionOf(duplex);
    if (!connection) return;
    // The server accepts nothing else.
    const socket = duplex as unknown as Socket;
    if (!onHttp2 || !isPreface(error, socket) || !takeFromHttp1(socket, error)) return connection.fail(error);
    connection.giveUp();
    this.#connections.delete(socket);
    onHttp2(socket);
  }

  #serve(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
    refusal: HttpError | undefined,
  ): void {
    const connection = this.#connectionOf(request.socket);
    const exchange = connection?.begin(request, response, expectsContinue, refusal);
    if (!exchange) return void request.resume();
    // Writing after the end must not end the process.
    response.on('error', ignore);
    this.#settings.handle(exchange, refusal);
  }

  #serveExpecting(request: IncomingMessage, response: ServerResponse): void {
    const expected = request.headers.expect ?? '';
    const known = expected.toLowerCase() === '100-continue';
    const refusal = this.#refusals.of(request);
    const unmet = known
      ? undefined
      : new HttpError(417, `The expectation ${JSON.stringify(expected)} is not supported.`);
    this.#serve(request, response, known, refusal ?? unmet);
  }

  /** Whether a request may become a tunnel. All others are served as if they had no Upgrade field. */
  #takesUpgrade(request: IncomingMessage): boolean {
    const { method, url = '', headers, socket } = request;
    const { takesTunnel } = this.#settings;
    if (takesTunnel === undefined || method !== 'GET' || headers.upgrade?.toLowerCase() !== 'websocket')
      return false;
    if (request.httpVersion !== '1.1' || hasBody(request) || headers.expect !== undefined) return false;
    // The answers to earlier requests would go into the tunnel.
    if (this.#connectionOf(socket)?.free !== true || this.#refusals.of(request)) return false;
    const target = url.startsWith('/') ? url : parseAbsoluteForm(url)?.path;
    return target !== undefined && takesTunnel('GET', target, 'websocket');
  }

  #serveUpgrade(request: IncomingMessage, socket: Socket, rest: Buffer): void {
    const connection = this.#connectionOf(socket);
    if (isIgnored(request)) {
      connection?.parseAgain(rest, () => this.server.emit('connection', socket));
      return;
    }
    // The parser has let go of it, and its listeners with it.
    socket.on('error', ignore);
    const response = new ServerResponse(request);
    response.on('error', ignore);
    response.assignSocket(socket);
    const exchange = connection?.begin(request, response, false, undefined, {
      protocol: 'websocket',
      // An empty part would keep all of what has arrived with the head.
      rest: rest.length > 0 ? rest : NOTHING,
    });
    if (!exchange) return void socket.destroy();
    // As Node does for the responses that it creates.
    response.once('finish', () => {
      response.detachSocket(socket);
      response.emit('close');
    });
    this.#settings.handle(exchange);
  }

  #refuseTunnel({ socket }: IncomingMessage): void {
    // The parser has let go of it, and its listeners with it.
    socket.on('error', ignore);
    this.#connectionOf(socket)?.refuse(
      new NotImplementedError('This server does not proxy CONNECT requests.', { expose: true }),
    );
  }
}

function toServerOptions(limits: Limits): ServerOptions {
  const { maxHeaderSize, headersTimeout, requestTimeout, keepAliveTimeout } = limits;
  const timeouts = [headersTimeout, requestTimeout].filter((timeout) => timeout > 0);
  const shortest = Math.min(...timeouts);
  return {
    maxHeaderSize,
    requestTimeout,
    headersTimeout: headersTimeout === 0 ? 0 : shortest,
    // Finds a late request after at most an eighth of its time limit, and half a second. Node checks only requests in flight.
    ...(timeouts.length > 0 && {
      connectionsCheckingInterval: Math.min(500, Math.max(10, Math.floor(shortest / 8))),
    }),
    keepAliveTimeout,
    insecureHTTPParser: false,
    // Http1Refusals checks the Host field, and answers with problem details.
    requireHostHeader: false,
  };
}

const NOTHING = Buffer.alloc(0);

function failLate(exchange: Http1Exchange, milliseconds: number): boolean {
  exchange.failLate(milliseconds);
  return false;
}

function failIdle(exchange: Http1Exchange): void {
  exchange.failIdle();
}

function ignore(): void {}
