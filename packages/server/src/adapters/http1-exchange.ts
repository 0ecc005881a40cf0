import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Readable, Writable } from 'node:stream';

import type { HeaderFields, Protocol } from '@blaizejs/types';
import type { Exchange, Payload } from '@blaizejs/types/internal';

import type { Http1Connection } from './http1-connection.ts';
import { parseAbsoluteForm } from './http1-refusal.ts';

// Bytes of unread content that cost less than a new connection.
const SKIPPED = 64 * 1024;

/** One request over HTTP/1.1, or 1.0. */
export class Http1Exchange implements Exchange {
  readonly method: string;
  readonly target: string;
  readonly authority: string;
  readonly protocol: Protocol;
  readonly headers: HeaderFields;
  readonly hasBody: boolean;
  readonly rawRequest: IncomingMessage;
  readonly rawResponse: ServerResponse;
  bodyComplete = false;
  /** Whether the content can't be read to its end. */
  broken = false;
  readonly #connection: Http1Connection;
  #expectsContinue: boolean;
  #bodyAsked = false;

  constructor(
    connection: Http1Connection,
    request: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ) {
    this.#connection = connection;
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
      // What the whole URL names counts, not the Host field (RFC 9112 section 3.2.2).
      const { authority, path } = parseAbsoluteForm(url) ?? { authority: '', path: '' };
      this.target = path;
      this.authority = authority;
    }
  }

  get scheme(): 'http' | 'https' {
    return 'encrypted' in this.rawRequest.socket ? 'https' : 'http';
  }

  get remoteAddress(): string | undefined {
    return this.rawRequest.socket.remoteAddress;
  }

  get receiving(): boolean {
    return this.hasBody && !this.rawRequest.complete;
  }

  get responded(): boolean {
    return this.rawResponse.headersSent;
  }

  get aborted(): boolean {
    // A pipelined response that waits for its turn has no socket, and does not hear of its end.
    const gone = this.rawResponse.destroyed || this.rawRequest.socket.destroyed;
    return gone && (this.broken || !this.rawResponse.writableFinished);
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
    if (this.#connection.endsWith(this, this.#leavesContent())) flat.push('connection', 'close');
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

function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
