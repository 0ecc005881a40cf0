import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex, Readable, Writable } from 'node:stream';

import { addListener, callListeners, type Listeners } from '@blaizejs/errors/internal';
import type { HeaderFields, Protocol, TlsPeer } from '@blaizejs/types';
import type { BodyUse, Exchange, Payload, StreamOptions, Tunnel } from '@blaizejs/types/internal';

import type { Receiving } from './content-deadlines.ts';
import { toBareFields } from './bare-fields.ts';
import { writeHints } from './early-hints.ts';
import type { Http1Connection } from './http1-connection.ts';
import type { Http1Tunnel } from './http1-tunnel.ts';
import { parseAbsoluteForm } from './http1-refusal.ts';
import { askAtEnd, toRequestTrailers } from './trailers.ts';
import { TunnelOffer } from './tunnel.ts';
import { answeredFirst, goneBody, isRead } from './unread-body.ts';

const NOTHING = Buffer.alloc(0);

// Characters that take one byte in a header field (RFC 9110 section 5.5), but two in UTF-8.
const OBS_TEXT = /[\x80-\xff]/;

// Skipping this many bytes of unread content costs less than a new connection.
const SKIPPED = 64 * 1024;

/** The tunnel that a request asks for. */
export interface Upgrade {
  readonly protocol: string;
  /** The bytes after the head. */
  readonly rest: Buffer;
}

/** One request over HTTP/1.1 or HTTP/1.0. */
export class Http1Exchange implements Exchange, Receiving {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly protocol: Protocol;
  readonly headers: HeaderFields;
  readonly hasBody: boolean;
  /** As {@link Http1Exchange.rawRequest}, for the adapter. */
  readonly incoming: IncomingMessage;
  bodyComplete = false;
  statusText: string | undefined = undefined;
  bodyUse: BodyUse | undefined;
  /** Whether the content can't be read to the end. */
  broken = false;
  /** Whether its content has its own time limit, which may be none. */
  limited = false;
  deadline: { end(): void } | undefined;
  /** The next exchange on its connection that is not over. */
  next: Http1Exchange | undefined;
  readonly tunnel: Tunnel | undefined;
  readonly #connection: Http1Connection;
  #response: ServerResponse | undefined;
  #expectsContinue: boolean;
  #bodyAsked = false;
  /** What it has become. */
  #opened: Http1Tunnel | undefined;
  /** Whether an application has Node's request. */
  #isRawTaken = false;
  #closed = false;
  #closeListeners: Listeners;

  constructor(
    connection: Http1Connection,
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
    upgrade?: Upgrade,
  ) {
    this.#connection = connection;
    this.incoming = request;
    this.#response = response;
    this.#expectsContinue = expectsContinue;
    this.headers = request.headers;
    this.method = request.method ?? '';
    this.protocol = request.httpVersion === '1.0' ? 'HTTP/1.0' : 'HTTP/1.1';
    this.hasBody = hasBody(request);
    this.tunnel =
      upgrade &&
      new TunnelOffer(this, upgrade.protocol, (fields, onOpen) => this.#openTunnel(upgrade, fields, onOpen));
    const url = request.url ?? '';
    if (url.startsWith('/') || url === '*') {
      this.target = url;
      this.authority = request.headers.host ?? '';
    } else {
      // The host in the URL counts, not the Host field (RFC 9112 section 3.2.2).
      const { authority, path } = parseAbsoluteForm(url) ?? { authority: '', path: '' };
      this.target = path;
      this.authority = authority;
    }
  }

  get rawRequest(): IncomingMessage {
    this.#isRawTaken = true;
    return this.incoming;
  }

  /** Undefined once it has become a tunnel, which needs none. */
  get rawResponse(): ServerResponse {
    return this.#response as ServerResponse;
  }

  get scheme(): 'http' | 'https' {
    return 'encrypted' in this.incoming.socket ? 'https' : 'http';
  }

  get remoteAddress(): string | undefined {
    return this.incoming.socket.remoteAddress;
  }

  get peer(): TlsPeer | undefined {
    return this.#connection.peer;
  }

  get requestTrailers(): HeaderFields | undefined {
    const { incoming: request } = this;
    if (!request.complete) return undefined;
    return toRequestTrailers(request.trailers, request.rawTrailers, this.#connection.limits);
  }

  get receiving(): boolean {
    return this.hasBody && !this.incoming.complete;
  }

  get answering(): boolean {
    return !this.#opened && this.rawResponse.headersSent && !this.rawResponse.writableEnded;
  }

  get responded(): boolean {
    return this.#opened !== undefined || this.rawResponse.headersSent;
  }

  get status(): number {
    if (this.#opened) return 101;
    return this.rawResponse.headersSent ? this.rawResponse.statusCode : 0;
  }

  get aborted(): boolean {
    const { socket } = this.incoming;
    if (this.#opened) return socket.destroyed && !socket.writableFinished;
    // A pipelined response that waits for its turn has no socket, so it doesn't notice when the socket closes.
    const gone = this.rawResponse.destroyed || socket.destroyed;
    return gone && (this.broken || !this.rawResponse.writableFinished);
  }

  body(): Readable {
    // Node has discarded a body that nobody asked for before the answer ended.
    if (!this.#bodyAsked && this.rawResponse.writableEnded) return goneBody();
    this.#bodyAsked = true;
    if (this.#expectsContinue) {
      this.#expectsContinue = false;
      if (!this.rawResponse.headersSent) this.rawResponse.writeContinue();
    }
    return this.incoming;
  }

  limitRequest(milliseconds: number): void {
    if (!this.receiving) return;
    this.limited = true;
    this.#connection.content.limit(this, milliseconds);
  }

  /** Called if its content takes longer than its limit of so many milliseconds. */
  failLate(milliseconds: number): void {
    this.#connection.failLate(this, milliseconds);
  }

  /** Called if it is an idle two-way stream. */
  failIdle(): void {
    this.#connection.failIdle();
  }

  movement(): string {
    const { bytesRead, bytesWritten } = this.incoming.socket;
    return `${bytesRead} ${bytesWritten}`;
  }

  inform(_status: 103, headers: HeaderFields): void {
    const hints = toBareFields(headers);
    const { rawResponse: response } = this;
    // RFC 9110 section 15.2: HTTP/1.0 has no 1xx.
    if (this.protocol === 'HTTP/1.0' || this.responded || this.aborted) return;
    writeHints(response, hints);
  }

  respond(status: number, headers: HeaderFields, payload: Payload | null): void {
    if (this.#opened || this.rawResponse.destroyed) return;
    this.#writeHead(status, headers);
    if (payload === null) this.rawResponse.end();
    else this.rawResponse.end(payload);
  }

  respondStream(status: number, headers: HeaderFields, options?: StreamOptions): Writable {
    const { rawResponse: response } = this;
    if (options?.trailers) this.#writeHeadWithTrailers(status, headers, options.trailers);
    else this.#writeHead(status, headers);
    if (this.receiving) this.#connection.content.watch(this);
    if (options?.flush) response.flushHeaders();
    // The head goes out with the first chunk if that is written in this tick, otherwise without it.
    else process.nextTick(flush, response);
    return response;
  }

  abort(): void {
    if (this.#opened) this.incoming.socket.destroy();
    else if (this.answering && this.protocol === 'HTTP/1.0') this.#connection.cut();
    else this.rawResponse.destroy();
  }

  onClose(listener: () => void): void {
    if (this.#opened) this.#opened.onClose(listener);
    else if (this.#closed || this.#response?.destroyed || this.incoming.socket.destroyed) listener();
    else this.#closeListeners = addListener(this.#closeListeners, listener);
  }

  /** Called by the connection when the exchange is over. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    callListeners(this.#closeListeners);
  }

  #writeHead(status: number, headers: HeaderFields): void {
    // `writeHead` is fastest with a flat list.
    const flat: string[] = [];
    let hasObsText = false;
    for (const name in headers) {
      const value = headers[name];
      if (value === undefined) continue;
      if (Array.isArray(value)) for (const line of value) flat.push(name, line);
      else flat.push(name, value);
      hasObsText ||= OBS_TEXT.test(String(value));
    }
    if (this.#connection.endsWith(this, this.tunnel !== undefined || this.#leavesContent()))
      flat.push('connection', 'close');
    if (this.statusText === undefined) this.rawResponse.writeHead(status, flat);
    else this.rawResponse.writeHead(status, this.statusText, flat);
    // Node joins the head with text that follows, and sends both as UTF-8. It doesn't join it with bytes.
    if (hasObsText) this.rawResponse.write(NOTHING);
  }

  #writeHeadWithTrailers(status: number, headers: HeaderFields, trailers: () => HeaderFields): void {
    // Only chunked content has trailers (RFC 9112 section 7.1.2), and HTTP/1.0 has no chunks.
    const { 'content-length': length, trailer: names, ...others } = headers;
    const old = this.protocol === 'HTTP/1.0';
    this.#writeHead(status, {
      ...others,
      ...(old
        ? length !== undefined && { 'content-length': length }
        : names !== undefined && { trailer: names }),
    });
    const { rawResponse: response } = this;
    if (old) return;
    askAtEnd(
      response,
      trailers,
      (fields) => response.addTrailers(fields),
      () => this.abort(),
    );
  }

  #openTunnel(
    { protocol, rest }: Upgrade,
    fields: Record<string, string | string[]>,
    onOpen: ((exchange: Exchange) => void) | undefined,
  ): Duplex {
    const { incoming: request, target, authority } = this;
    const { socket } = request;
    const lines = Object.entries(fields).flatMap(([name, value]) =>
      [value].flat().map((line) => `${name}: ${line}\r\n`),
    );
    this.rawResponse.detachSocket(socket);
    this.#response = undefined;
    this.#opened = this.#connection.openTunnel({
      request,
      isTaken: this.#isRawTaken,
      target,
      authority: request.url === target ? undefined : authority,
      listeners: this.#closeListeners,
    });
    this.#closeListeners = undefined;
    onOpen?.(this.#opened);
    if (rest.length > 0) socket.unshift(rest);
    const statusLine = `HTTP/1.1 101 Switching Protocols\r\n`;
    socket.write(
      `${statusLine}connection: upgrade\r\nupgrade: ${protocol}\r\n${lines.join('')}\r\n`,
      'latin1',
    );
    return socket;
  }

  /** Whether the next request is behind content that nobody will read. Node skips small amounts. */
  #leavesContent(): boolean {
    const { incoming: request } = this;
    if (!this.hasBody || this.bodyComplete || request.complete) return false;
    if (this.#bodyAsked) {
      const isLeft = request.destroyed || !isRead(this, !request.isPaused());
      if (isLeft) this.bodyUse?.drop(answeredFirst());
      return isLeft;
    }
    return this.#expectsContinue || !(Number(request.headers['content-length']) <= SKIPPED);
  }
}

export function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

function flush(response: ServerResponse): void {
  if (!response.writableEnded) response.flushHeaders();
}
