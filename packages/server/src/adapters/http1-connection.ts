import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { type HttpError, RequestTimeoutError } from '@blaizejs/errors';
import type { LimitName, Limits, TlsPeer } from '@blaizejs/types';

import type { AdapterSettings } from './adapter.ts';
import type { ContentDeadlines } from './content-deadlines.ts';
import { reset } from './cut.ts';
import { Http1Exchange, type Upgrade } from './http1-exchange.ts';
import { type ParseError, toAnswer, toRefusal } from './http1-parse-error.ts';
import { toPeer } from './tls-peer.ts';

// Milliseconds that a client has to take in the last answer and to end its side.
const LINGER = 2000;

/** What a connection is told of its adapter. */
export interface ConnectionSettings extends AdapterSettings {
  /** Whether each connection is to end with its next answer. */
  readonly draining: boolean;
  /** Limits content where Node's own check of `requestTimeout` does not do. */
  readonly content: ContentDeadlines<Http1Exchange>;
}

/** One connection: its requests in their order, and its end. */
export class Http1Connection {
  readonly #socket: Socket;
  readonly #adapter: ConnectionSettings;
  readonly #onAnswered = (): void => this.#answered();
  /** Requests that are not answered as a whole. */
  #pending = 0;
  /** The first of those, which are linked in their order, and the newest exchange of all. */
  #oldest: Http1Exchange | undefined;
  #newest: Http1Exchange | undefined;
  #peer: TlsPeer | undefined;
  #requests = 0;
  #ending = false;
  /** Whether it has become a tunnel, of which nothing is known but its end. */
  #tunnelled = false;
  /** Goes to what could not be parsed, when all before it is answered. */
  #lastAnswer: string | undefined;
  #lingering: NodeJS.Timeout | undefined;
  /** Gives it to another parser, once all is answered that came by the last. */
  #parse: (() => void) | undefined;
  /** How much had been read when a parser got it that has not begun a request yet. */
  #readBefore: number | undefined;
  #quietSince = performance.now();
  #bytesRead = -1;

  constructor(socket: Socket, adapter: ConnectionSettings) {
    this.#socket = socket;
    this.#adapter = adapter;
    // What Node calls behind the last response. A client that asked for it to be the last sends nothing more.
    const destroySoon = socket.destroySoon.bind(socket);
    socket.destroySoon = () => {
      const lingers = !this.#tunnelled && (this.#ending || this.#receiving);
      return lingers ? this.#linger() : destroySoon();
    };
    socket.once('close', () => this.#closed());
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

  /** Whether content is still on its way. */
  get #receiving(): boolean {
    return this.#newest?.rawRequest.complete === false;
  }

  /**
   * For how long nothing has been under way, not even a part of a request; in milliseconds, since it was asked first.
   */
  quietFor(now: number): number {
    const { bytesRead } = this.#socket;
    if (this.#pending > 0 || this.#lingering || bytesRead !== this.#bytesRead) {
      this.#bytesRead = bytesRead;
      this.#quietSince = now;
    }
    return now - this.#quietSince;
  }

  /**
   * @param refusal why the request must not be served; nothing behind it is, then
   * @returns undefined where nothing is served any more (RFC 9112 section 9.6)
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
      // That of an idle connection, of which the new parser knows nothing.
      this.#socket.setTimeout(0);
    }
    this.#requests += 1;
    this.#pending += 1;
    response.on('close', this.#onAnswered);
    if (refusal) this.#ending = true;
    const exchange = new Http1Exchange(this, request, response, expectsContinue, upgrade);
    if (this.#newest?.deadline) this.content.delete(this.#newest);
    if (this.#oldest && this.#newest) this.#newest.next = exchange;
    else this.#oldest = exchange;
    return (this.#newest = exchange);
  }

  /** Whether nothing is under way and a request may follow, so that the next one may become a tunnel. */
  get free(): boolean {
    const { maxRequestsPerSocket } = this.limits;
    const full = maxRequestsPerSocket > 0 && this.#requests >= maxRequestsPerSocket;
    return this.#pending === 0 && !this.#ending && !full;
  }

  /**
   * Goes on behind a request at which its parser has stopped.
   *
   * @param rest what came behind it
   * @param parse gives the connection to another parser
   */
  parseAgain(rest: Buffer, parse: () => void): void {
    const socket = this.#socket;
    // Nobody else listens meanwhile.
    socket.on('error', ignore);
    this.#parse = () => {
      socket.off('error', ignore);
      this.#readBefore = rest.length > 0 ? -1 : socket.bytesRead - socket.readableLength;
      if (rest.length > 0) socket.unshift(rest);
      parse();
    };
    if (this.#pending === 0) this.#rest();
  }

  /** From now on the connection belongs to whoever uses the tunnel. */
  openTunnel(): void {
    this.#tunnelled = true;
    this.#socket.setTimeout(0);
  }

  /** Whether the answer that is about to be sent is the last; where it has to be, nothing behind it is served. */
  endsWith(exchange: Http1Exchange, must: boolean): boolean {
    if (exchange !== this.#newest || this.#lastAnswer !== undefined) return false;
    const { draining, limits } = this.#adapter;
    return (this.#ending ||= must || draining || this.#requests === limits.maxRequestsPerSocket);
  }

  /** Refuses what the parser could not read, in time or at all, and whatever comes behind that. */
  fail(error: ParseError): void {
    if (this.#ending || this.#socket.destroyed) return;
    const receiving = this.#receiving;
    // Node takes the time from when the parser got it; keepAliveTimeout holds.
    const idle = this.#readBefore === this.#socket.bytesRead;
    if (error.code !== 'ERR_HTTP_REQUEST_TIMEOUT') {
      this.#refuse(toRefusal(error, this.#adapter.limits), receiving);
    } else if (receiving && this.#newest) {
      this.#lateByNode(this.#newest);
    } else if (!idle) {
      this.#refuse(this.#lateHead(), false);
    }
  }

  /** Refuses a request whose content takes longer than its limit, in milliseconds. */
  failLate(exchange: Http1Exchange, milliseconds: number): void {
    if (this.#ending || this.#socket.destroyed || exchange !== this.#newest) return;
    this.#refuse(lateContent(milliseconds), true);
  }

  /** Ends a two-way stream on which nothing moves any more. */
  failIdle(): void {
    this.#adapter.hits.hit('keepAliveTimeout');
    this.cut();
  }

  /** Closes it at once. An answer under way must not look complete: over HTTP/1.0, only the end of its connection ends it. */
  cut(): void {
    if (this.#oldest?.answering && this.#oldest.protocol === 'HTTP/1.0') reset(this.#socket);
    else this.#socket.destroy();
  }

  /** Node tells once for each request, and then looks after it no more. */
  #lateByNode(exchange: Http1Exchange): void {
    if (exchange.limited || exchange.deadline) return;
    if (exchange.answering) this.content.watch(exchange);
    else this.failLate(exchange, this.limits.requestTimeout);
  }

  /** Refuses what no exchange is made of. It has to be the only request. */
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
    // Content that breaks off behind its answer gets no second one.
    if (!receiving) this.#lastAnswer = toAnswer(refusal);
    if (this.#pending === 0) this.#linger(this.#lastAnswer);
  }

  #lateHead(): HttpError {
    const { headersTimeout, requestTimeout } = this.#adapter.limits;
    const byHead = headersTimeout > 0 && (requestTimeout === 0 || headersTimeout <= requestTimeout);
    const limit: LimitName = byHead ? 'headersTimeout' : 'requestTimeout';
    const message = `The head of the request was not complete after ${this.#adapter.limits[limit]} ms.`;
    return new RequestTimeoutError(message, { limit });
  }

  #answered(): void {
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
    // An idle connection holds nothing of what it was used for.
    else if (this.#newest?.rawRequest.complete) this.#newest = undefined;
    if (this.#ending || !this.#parse || this.#socket.destroyed) return;
    const parse = this.#parse;
    this.#parse = undefined;
    parse();
  }

  /**
   * Ends the connection, but goes on reading for a while, into nothing: were it closed with bytes unread, the client's
   * system would throw the answer away (RFC 9112 section 9.6).
   */
  #linger(answer?: string): void {
    if (this.#lingering) return;
    this.#ending = true;
    this.#lingering = setTimeout(() => this.#socket.destroy(), LINGER);
    if (answer === undefined) this.#socket.end();
    else this.#socket.end(answer);
    this.#newest?.rawRequest.resume();
    this.#socket.resume();
  }

  #closed(): void {
    clearTimeout(this.#lingering);
    // Who still reads content whose answer is out already would not hear of its end.
    if (this.#receiving) this.#newest?.rawRequest.destroy();
    if (this.#newest) this.content.delete(this.#newest);
    // Pipelined responses that wait for their turn don't hear of it from Node.
    for (let exchange = this.#oldest; exchange; exchange = exchange.next) exchange.close();
    this.#oldest = undefined;
  }
}

function lateContent(milliseconds: number): HttpError {
  const message = `The request was not complete after ${milliseconds} ms.`;
  return new RequestTimeoutError(message, { limit: 'requestTimeout' });
}

function ignore(): void {}
