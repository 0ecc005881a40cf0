import type { IncomingMessage, ServerResponse } from 'node:http';
import { Socket as NetSocket, type Socket } from 'node:net';

import { type HttpError, RequestTimeoutError } from '@blaizejs/errors';
import type { LimitName, Limits, TlsPeer } from '@blaizejs/types';

import type { AdapterSettings } from './adapter.ts';
import type { ContentDeadlines } from './content-deadlines.ts';
import { reset } from './cut.ts';
import { Http1Exchange, type Upgrade } from './http1-exchange.ts';
import { type Http1Opening, Http1Tunnel } from './http1-tunnel.ts';
import { oldAt } from './connection-age.ts';
import { type ParseError, toAnswer, toRefusal } from './http1-parse-error.ts';
import { toPeer } from './tls-peer.ts';

// Milliseconds that a client has to read the last answer and end its side.
const LINGER = 2000;

/** What a connection needs from its adapter. */
export interface ConnectionSettings extends AdapterSettings {
  /** Whether to end each connection with its next answer. */
  readonly draining: boolean;
  /** Limits content in cases that Node's own check of `requestTimeout` misses. */
  readonly content: ContentDeadlines<Http1Exchange>;
  /** Called when the socket of a connection has closed. */
  readonly onClosed: (socket: Socket) => void;
  /** Called when a connection has become a tunnel. */
  readonly onTunnel: (socket: Socket, tunnel: Http1Tunnel) => void;
}

const CONNECTION = Symbol('connection');

/** A socket, or a response, that knows its connection, so that all of them share their listeners. */
interface Known {
  [CONNECTION]?: Http1Connection | Http1Tunnel;
}

/** One connection: its requests in order, and its end. */
export class Http1Connection {
  readonly #socket: Socket;
  readonly #adapter: ConnectionSettings;
  /** How many requests are not fully answered. */
  #pending = 0;
  /** The first of these requests, which form a linked list; and the latest exchange, answered or not. */
  #oldest: Http1Exchange | undefined;
  #newest: Http1Exchange | undefined;
  #peer: TlsPeer | undefined;
  #requests = 0;
  #ending = false;
  /** Whether another protocol is spoken. From then on, only its end is noticed. */
  #tunnelled = false;
  /** The answer to a request that could not be parsed. Sent once all earlier requests are answered. */
  #lastAnswer: string | undefined;
  #lingering: NodeJS.Timeout | undefined;
  /** Hands the connection to another parser, once every request from the last parser is answered. */
  #parse: (() => void) | undefined;
  /** The socket's `bytesRead` when its current parser took over; undefined once that parser has begun a request. */
  #readBefore: number | undefined;
  #quietSince = performance.now();
  /** When it is too old to continue. */
  readonly #oldAt: number;
  #bytesRead = -1;

  constructor(socket: Socket, adapter: ConnectionSettings) {
    this.#socket = socket;
    this.#adapter = adapter;
    this.#oldAt = oldAt(adapter.limits, this.#quietSince);
    (socket as Known)[CONNECTION] = this;
    socket.destroySoon = destroySoon;
    socket.on('close', tellClosed);
  }

  get limits(): Limits {
    return this.#adapter.limits;
  }

  get content(): ContentDeadlines<Http1Exchange> {
    return this.#adapter.content;
  }

  get peer(): TlsPeer | undefined {
    return (this.#peer ??= toPeer(this.#socket));
  }

  /** Whether content of the latest request has yet to arrive. */
  get #receiving(): boolean {
    return this.#newest?.incoming.complete === false;
  }

  /** For how many milliseconds nothing has been in flight, not even part of a request. Counted from the first call on. */
  quietFor(now: number): number {
    const { bytesRead } = this.#socket;
    if (this.#pending > 0 || this.#lingering || bytesRead !== this.#bytesRead) {
      this.#bytesRead = bytesRead;
      this.#quietSince = now;
    }
    return now - this.#quietSince;
  }

  /**
   * @param refusal why the request must not be served; later requests are then not served either
   * @returns undefined if the connection serves no more requests (RFC 9112 section 9.6)
   */
  begin(
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
    refusal: HttpError | undefined,
    upgrade?: Upgrade,
  ): Http1Exchange | undefined {
    const { hits, limits } = this.#adapter;
    if (this.#requests === limits.maxRequestsPerSocket && this.#requests > 0) {
      hits.hit('maxRequestsPerSocket');
      return undefined;
    }
    if (this.#ending) return undefined;
    if (this.#readBefore !== undefined) {
      this.#readBefore = undefined;
      // The timeout of an idle connection, which the new parser doesn't know of.
      this.#socket.setTimeout(0);
    }
    if (this.#requests === 0) this.#adapter.traffic?.connected('HTTP/1.1');
    this.#requests += 1;
    this.#pending += 1;
    (response as Known)[CONNECTION] = this;
    response.on('close', tellAnswered);
    if (refusal) this.#ending = true;
    const exchange = new Http1Exchange(this, request, response, expectsContinue, upgrade);
    if (this.#newest?.deadline) this.content.delete(this.#newest);
    if (this.#oldest && this.#newest) this.#newest.next = exchange;
    else this.#oldest = exchange;
    return (this.#newest = exchange);
  }

  /** Whether nothing is in flight and another request is allowed, which may then become a tunnel. */
  get free(): boolean {
    const { maxRequestsPerSocket } = this.limits;
    const full = maxRequestsPerSocket > 0 && this.#requests >= maxRequestsPerSocket;
    return this.#pending === 0 && !this.#ending && !full;
  }

  /**
   * Continues after a request at which the parser has stopped.
   *
   * @param rest the bytes after that request
   * @param parse hands the connection to another parser
   */
  parseAgain(rest: Buffer, parse: () => void): void {
    const socket = this.#socket;
    // In the meantime, nothing else listens for errors.
    socket.on('error', ignore);
    this.#parse = () => {
      socket.off('error', ignore);
      this.#readBefore = rest.length > 0 ? -1 : socket.bytesRead - socket.readableLength;
      if (rest.length > 0) socket.unshift(rest);
      parse();
    };
    if (this.#pending === 0) this.#rest();
  }

  /** Another protocol is spoken from now on, over which this has no power. */
  giveUp(): void {
    this.#tunnelled = true;
    this.#socket.setTimeout(0);
  }

  /** From now on, the connection belongs to the user of the tunnel, which replaces this. */
  openTunnel(opening: Omit<Http1Opening, 'socket' | 'peer' | 'onClosed'>): Http1Tunnel {
    const socket = this.#socket;
    this.giveUp();
    const { onClosed, onTunnel } = this.#adapter;
    const tunnel = new Http1Tunnel({ ...opening, socket, peer: this.#peer, onClosed });
    (socket as Known)[CONNECTION] = tunnel;
    onTunnel(socket, tunnel);
    return tunnel;
  }

  /** Whether the answer that is about to be sent is the last one. If it `must` be, no later request is served. */
  endsWith(exchange: Http1Exchange, must: boolean): boolean {
    if (exchange !== this.#newest || this.#lastAnswer !== undefined) return false;
    const { draining, limits } = this.#adapter;
    return (this.#ending ||=
      must || draining || this.#requests === limits.maxRequestsPerSocket || this.#isOld());
  }

  /** Refuses a request that could not be parsed, or did not arrive in time, and everything after it. */
  fail(error: ParseError): void {
    if (this.#ending || this.#socket.destroyed) return;
    const receiving = this.#receiving;
    // Node's clock started when the parser took over. For an idle connection, keepAliveTimeout applies instead.
    const idle = this.#readBefore === this.#socket.bytesRead;
    if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') {
      this.#refuse(toRefusal(error, this.#adapter.limits), receiving);
    } else if (receiving && this.#newest) {
      this.#lateByNode(this.#newest);
    } else if (!idle) {
      this.#refuse(this.#lateHead(), false);
    }
  }

  /** Refuses a request whose content takes longer than its limit of so many milliseconds. */
  failLate(exchange: Http1Exchange, milliseconds: number): void {
    if (this.#ending || this.#socket.destroyed || exchange !== this.#newest) return;
    this.#refuse(lateContent(milliseconds), true);
  }

  /** Ends an idle two-way stream. */
  failIdle(): void {
    this.#adapter.hits.hit('keepAliveTimeout');
    this.cut();
  }

  /**
   * Closes the connection at once. An HTTP/1.0 answer that ends with its connection is reset, so that it doesn't look
   * complete.
   */
  cut(): void {
    if (this.#oldest?.answering && this.#oldest.protocol === 'HTTP/1.0') reset(this.#socket);
    else this.#socket.destroy();
  }

  /** Node reports each late request once, and then stops watching it. */
  #lateByNode(exchange: Http1Exchange): void {
    if (exchange.limited || exchange.deadline) return;
    if (exchange.answering) this.content.watch(exchange);
    else this.failLate(exchange, this.limits.requestTimeout);
  }

  /** Refuses a request that has no exchange. It must be the only one in flight. */
  refuse(refusal: HttpError): void {
    if (this.#pending > 0) this.#socket.destroy();
    else this.#refuse(refusal, false);
  }

  #refuse(refusal: HttpError, receiving: boolean): void {
    this.#ending = true;
    if (receiving && this.#newest && this.#pending > 0) {
      this.#newest.broken = true;
      this.#adapter.handle(this.#newest, refusal);
      return;
    }
    if (refusal.limit !== undefined) this.#adapter.hits.hit(refusal.limit);
    // Content that fails after its request was answered gets no second answer.
    if (!receiving) this.#lastAnswer = toAnswer(refusal);
    if (this.#pending === 0) this.#linger(this.#lastAnswer);
  }

  #isOld(): boolean {
    if (performance.now() < this.#oldAt) return false;
    this.#adapter.hits.hit('maxConnectionAge');
    return true;
  }

  #lateHead(): HttpError {
    const { headersTimeout, requestTimeout } = this.#adapter.limits;
    const byHead = headersTimeout > 0 && (requestTimeout === 0 || headersTimeout <= requestTimeout);
    const limit: LimitName = byHead ? 'headersTimeout' : 'requestTimeout';
    const message = `The head of the request was not complete after ${this.#adapter.limits[limit]} ms.`;
    return new RequestTimeoutError(message, { limit });
  }

  /** Called after the last response. @returns whether the connection ends by itself, later */
  endsLater(): boolean {
    if (this.#tunnelled || !(this.#ending || this.#receiving)) return false;
    this.#linger();
    return true;
  }

  /** Called when a response is over. */
  answered(): void {
    this.#pending -= 1;
    const exchange = this.#oldest;
    if (exchange) {
      this.#oldest = exchange.next;
      exchange.next = undefined;
      if (exchange.deadline && !exchange.receiving) this.content.delete(exchange);
    }
    if (this.#pending === 0) this.#rest();
    exchange?.close();
  }

  #rest(): void {
    if (this.#ending) this.#linger(this.#lastAnswer);
    // An idle connection keeps no reference to its last request.
    else if (this.#newest?.incoming.complete) this.#newest = undefined;
    if (this.#ending || !this.#parse || this.#socket.destroyed) return;
    const parse = this.#parse;
    this.#parse = undefined;
    parse();
  }

  /**
   * Ends the connection, but reads and discards for a while: if it were closed with unread bytes, the client's system would
   * discard the answer (RFC 9112 section 9.6).
   */
  #linger(answer?: string): void {
    if (this.#lingering) return;
    this.#ending = true;
    this.#lingering = setTimeout(() => this.#socket.destroy(), LINGER);
    if (answer === undefined) this.#socket.end();
    else this.#socket.end(answer);
    this.#newest?.incoming.resume();
    this.#socket.resume();
  }

  /** Called when the socket has closed. */
  closed(): void {
    this.#adapter.onClosed(this.#socket);
    clearTimeout(this.#lingering);
    // One that became HTTP/2 is a tunnel without requests.
    if (this.#requests === 0 && !this.#tunnelled) this.#adapter.traffic?.connected('HTTP/1.1');
    // Otherwise, a handler that still reads content after its answer was sent would not notice the end.
    if (this.#receiving) this.#newest?.incoming.destroy();
    if (this.#newest) this.content.delete(this.#newest);
    // Node doesn't tell pipelined responses that wait for their turn.
    for (let exchange = this.#oldest; exchange; exchange = exchange.next) exchange.close();
    this.#oldest = undefined;
  }
}

function lateContent(milliseconds: number): HttpError {
  const message = `The request was not complete after ${milliseconds} ms.`;
  return new RequestTimeoutError(message, { limit: 'requestTimeout' });
}

// Listeners that all sockets and responses share.
function tellClosed(this: Known): void {
  this[CONNECTION]?.closed();
}

function tellAnswered(this: Known): void {
  const connection = this[CONNECTION];
  if (connection instanceof Http1Connection) connection.answered();
}

/** Node calls this after the last response. If the client asked for the end, it sends nothing more, and there is nothing to read. */
function destroySoon(this: Socket & Known): void {
  const connection = this[CONNECTION];
  if (!(connection instanceof Http1Connection && connection.endsLater()))
    NetSocket.prototype.destroySoon.call(this);
}

function ignore(): void {}
