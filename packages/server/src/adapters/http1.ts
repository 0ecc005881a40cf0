import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Readable, Writable } from 'node:stream';

import type { Exchange, HeaderFields, Payload, Protocol } from '@blaizejs/types';

import { type Adapter, DRAIN_GRACE, type Handle, stopListening, trackSockets } from './adapter.ts';

/** Serves HTTP/1.1: cleartext where it listens itself, over TLS where it is handed sockets by `emit('connection')`. */
export class Http1Adapter implements Adapter {
  readonly server: Server;
  readonly #sockets: { destroy(): void };
  readonly #unused = new Set<{ destroy(): void }>();
  #draining = false;

  constructor(handle: Handle) {
    this.server = createServer((request, response) => handle(this.#exchange(request, response, false)));
    this.server.on('checkContinue', (request, response) => handle(this.#exchange(request, response, true)));
    this.server.on('connection', (socket) => {
      this.#unused.add(socket);
      socket.once('close', () => this.#unused.delete(socket));
    });
    this.#sockets = trackSockets(this.server);
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
    const timer = setInterval(() => {
      for (const socket of this.#unused) socket.destroy();
      this.server.closeIdleConnections();
    }, DRAIN_GRACE);
    return () => {
      clearInterval(timer);
      // Where it never listened, or does not any more, this only stops it from looking after its connections.
      this.server.close();
    };
  }

  destroy(): void {
    this.#sockets.destroy();
  }

  #exchange(request: IncomingMessage, response: ServerResponse, expectsContinue: boolean): Exchange {
    this.#unused.delete(request.socket);
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
  readonly #adapter: Http1Adapter;
  #expectsContinue: boolean;

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
    return this.rawResponse.destroyed && !this.rawResponse.writableFinished;
  }

  body(): Readable {
    if (this.#expectsContinue) {
      this.#expectsContinue = false;
      this.rawResponse.writeContinue();
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
    if (this.rawResponse.destroyed) listener();
    else this.rawResponse.once('close', listener);
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
    // Content that nobody will read stands in the way of the next request on this connection.
    const unread = this.hasBody && !this.rawRequest.complete;
    if (this.#adapter.draining || unread) flat.push('connection', 'close');
    this.rawResponse.writeHead(status, flat);
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
