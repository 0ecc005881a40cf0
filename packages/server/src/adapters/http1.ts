import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';

import type { Exchange, HeaderFields, Payload, Protocol } from '@blaizejs/types';

import { type Adapter, DRAIN_GRACE, type Handle, stopListening } from './adapter.ts';

// Bytes of unread content that cost less than a new connection.
const SKIPPED = 64 * 1024;

/** Serves HTTP/1.1: cleartext where it listens itself, over TLS where it is handed sockets by `emit('connection')`. */
export class Http1Adapter implements Adapter {
  readonly server: Server;
  /** The open connections, each with the number of requests that it carries. */
  readonly #connections = new Map<Socket, number>();
  #draining = false;

  constructor(handle: Handle) {
    this.server = createServer((request, response) => handle(this.#exchange(request, response, false)));
    this.server.on('checkContinue', (request, response) => handle(this.#exchange(request, response, true)));
    this.server.on('connection', (socket: Socket) => {
      this.#connections.set(socket, 0);
      socket.once('close', () => this.#connections.delete(socket));
    });
  }

  /** Whether each response is to end its connection. */
  get draining(): boolean {
    return this.#draining;
  }

  async drain(): Promise<void> {
    const closed = stopListening(this.server);
    const stop = this.endConnections();
    await closed;
    stop();
  }

  /**
   * From now on each response ends its connection, and so does idleness, after a moment's grace.
   *
   * @returns what stops it, once there are no connections any more
   */
  endConnections(): () => void {
    this.#draining = true;
    // Again and again: a response whose head was out before leaves its connection idle when it ends.
    // Not by closeIdleConnections(), which takes a connection for idle while the last response is still being flushed.
    const timer = setInterval(() => {
      for (const [socket, requests] of this.#connections) if (requests === 0) socket.destroy();
    }, DRAIN_GRACE);
    return () => {
      clearInterval(timer);
      // Where it never listened, or does not any more, this only stops it from looking after its connections.
      this.server.close();
    };
  }

  destroy(): void {
    for (const socket of this.#connections.keys()) socket.destroy();
  }

  #exchange(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Exchange {
    const { socket } = request;
    this.#connections.set(socket, (this.#connections.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const requests = this.#connections.get(socket);
      if (requests !== undefined) this.#connections.set(socket, requests - 1);
    });
    // Whoever writes to it after its end is told by the error that is thrown, not by the end of the process.
    response.on('error', ignore);
    return new Http1Exchange(this, request, response, expectsContinue);
  }
}

class Http1Exchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly protocol: Protocol;
  readonly headers: HeaderFields;
  readonly hasBody: boolean;
  readonly rawRequest: IncomingMessage;
  readonly rawResponse: ServerResponse;
  bodyComplete = false;
  readonly #adapter: Http1Adapter;
  #expectsContinue: boolean;
  #bodyAsked = false;

  constructor(
    adapter: Http1Adapter,
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ) {
    this.#adapter = adapter;
    this.rawRequest = request;
    this.rawResponse = response;
    this.#expectsContinue = expectsContinue;
    this.headers = request.headers;
    this.method = request.method ?? '';
    this.protocol = request.httpVersion === '1.0' ? 'HTTP/1.0' : 'HTTP/1.1';
    this.hasBody = hasBody(request);
    const url = request.url ?? '';
    if (url.startsWith('/') || url === '*') {
      this.target = url;
      this.authority = request.headers.host ?? '';
    } else {
      // Absolute form: what it names counts, not the Host field (RFC 9112 section 3.2.2).
      const absolute = URL.canParse(url) ? new URL(url) : undefined;
      this.target = absolute ? absolute.pathname + absolute.search : '';
      this.authority = absolute?.host ?? '';
    }
  }

  get scheme(): 'http' | 'https' {
    return 'encrypted' in this.rawRequest.socket ? 'https' : 'http';
  }

  get remoteAddress(): string | undefined {
    return this.rawRequest.socket.remoteAddress;
  }

  get responded(): boolean {
    return this.rawResponse.headersSent;
  }

  get aborted(): boolean {
    // A pipelined response that waits for its turn has no socket, and does not hear of its end.
    const gone = this.rawResponse.destroyed || this.rawRequest.socket.destroyed;
    return gone && !this.rawResponse.writableFinished;
  }

  body(): Readable {
    this.#bodyAsked = true;
    if (this.#expectsContinue) {
      this.#expectsContinue = false;
      if (!this.rawResponse.headersSent) this.rawResponse.writeContinue();
    }
    return this.rawRequest;
  }

  respond(status: number, headers: HeaderFields, payload: Payload | null): void {
    if (this.rawResponse.destroyed) return;
    this.#writeHead(status, headers);
    if (payload === null) this.rawResponse.end();
    else this.rawResponse.end(payload);
  }

  respondStream(status: number, headers: HeaderFields): Writable {
    this.#writeHead(status, headers);
    // With the first chunk where that comes at once, but not later than this tick.
    process.nextTick(() => {
      if (!this.rawResponse.writableEnded) this.rawResponse.flushHeaders();
    });
    return this.rawResponse;
  }

  abort(): void {
    this.rawResponse.destroy();
  }

  onClose(listener: () => void): void {
    const { rawResponse: response } = this;
    const { socket } = this.rawRequest;
    if (response.destroyed || socket.destroyed) return listener();
    const closed = (): void => {
      response.off('close', closed);
      socket.off('close', closed);
      listener();
    };
    response.once('close', closed);
    socket.once('close', closed);
  }

  #writeHead(status: number, headers: HeaderFields): void {
    // A flat list is what `writeHead` takes fastest.
    const flat: string[] = [];
    for (const name in headers) {
      const value = headers[name];
      if (value === undefined) continue;
      if (Array.isArray(value)) for (const line of value) flat.push(name, line);
      else flat.push(name, value);
    }
    if (this.#adapter.draining || this.#leavesContent()) flat.push('connection', 'close');
    this.rawResponse.writeHead(status, flat);
  }

  /** Whether content that nobody will read stands in the way of the next request; a little of it Node skips. */
  #leavesContent(): boolean {
    const { rawRequest: request } = this;
    if (!this.hasBody || this.bodyComplete || request.complete) return false;
    if (this.#bodyAsked) return request.destroyed || request.isPaused();
    return this.#expectsContinue || !(Number(request.headers['content-length']) <= SKIPPED);
  }
}

function ignore(): void {}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
