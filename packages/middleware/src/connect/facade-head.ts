import { OutgoingMessage } from 'node:http';
import { Writable } from 'node:stream';

import type { ResponseSide } from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';
import type { CookieOptions, HeaderFields, HeaderValue } from '@blaizejs/types';

import type { Bridge } from './bridge.ts';
import type { FacadeRequest } from './facade-request.ts';
import type { FacadeSocket } from './facade-socket.ts';

/** The status and header of a response as Node has them. Headers are those of a context's response. */
export class FacadeHead extends Writable {
  statusCode = 200;
  statusMessage: string | undefined = undefined;
  sendDate = true;
  req: FacadeRequest;
  locals: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly chunkedEncoding = false;
  readonly shouldKeepAlive = true;

  protected readonly bridge: Bridge;
  protected readonly side: ResponseSide;
  /** Whether status and header are fixed. */
  protected hasHead = false;
  #successor: ResponseSide | undefined;
  #setByNode: Record<string, [string, HeaderValue]> | undefined;

  constructor(bridge: Bridge) {
    super();
    this.bridge = bridge;
    this.req = bridge.req;
    this.side = bridge.ctx.response;
  }

  get socket(): FacadeSocket {
    return this.bridge.socket;
  }

  get connection(): FacadeSocket {
    return this.bridge.socket;
  }

  get headersSent(): boolean {
    return this.hasHead || this.side.sent;
  }

  /** Middleware asks Node's private field whether the header was sent. */
  get _header(): string | null {
    return this.headersSent ? `HTTP/1.1 ${this.statusCode}\r\n\r\n` : null;
  }

  setHeader(name: string, value: HeaderValue): this {
    if (this.#isClosedFor('setHeader')) return this;
    this.attempt(() => {
      if (value === undefined) throw new TypeError(`Invalid value "undefined" for header "${name}"`);
      this.side.header(name, value);
    });
    return this;
  }

  setHeaders(headers: Iterable<[string, string | string[]]>): this {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  appendHeader(name: string, value: string | readonly string[]): this {
    if (this.#isClosedFor('appendHeader')) return this;
    this.attempt(() => this.side.append(name, value));
    return this;
  }

  /** Adds a `Set-Cookie` line. */
  protected addCookie(name: string, value: string, options: CookieOptions): this {
    if (!this.#isClosedFor('cookie')) this.attempt(() => this.side.cookie(name, value, options));
    return this;
  }

  getHeader(name: string): string | string[] | undefined {
    return this.#fields[name.toLowerCase()];
  }

  getHeaders(): Record<string, string | string[] | undefined> {
    return { ...this.#fields };
  }

  getHeaderNames(): string[] {
    return Object.keys(this.#fields);
  }

  getRawHeaderNames(): string[] {
    return this.getHeaderNames();
  }

  hasHeader(name: string): boolean {
    return this.getHeader(name) !== undefined;
  }

  removeHeader(name: string): void {
    if (this.#isClosedFor('removeHeader')) return;
    this.attempt(() => this.side.header(name, undefined));
  }

  /** Fixes status and header. They are sent with the first bytes, or the end. */
  writeHead(status: number, reason?: unknown, headers?: unknown): this {
    if (this.#isClosedFor('writeHead')) return this;
    this.#adopt();
    this.attempt(() => {
      if (!Number.isInteger(status) || status < 200 || status > 599) {
        throw new RangeError(`The status of a response must be from 200 to 599, not ${String(status)}.`);
      }
      if (typeof reason === 'string') this.statusMessage = reason;
      this.#setHeaders(typeof reason === 'string' ? headers : (reason ?? headers));
      this.statusCode = status;
      this.hasHead = true;
    });
    return this;
  }

  writeEarlyHints(hints: Readonly<Record<string, string | string[]>>, callback?: () => void): void {
    this.attempt(() => this.side.earlyHints(hints));
    callback?.();
  }

  addTrailers(headers: Readonly<Record<string, string>>): void {
    if (!this.side.sent) this.side.trailers(() => headers);
  }

  /** From now on, headers are read from another response: one that answers instead. They are set on the old one, and go nowhere. */
  follow(side: ResponseSide): void {
    this.#successor = side;
  }

  /** Called by the methods of Node's prototype. */
  set headersOfNode(set: Record<string, [string, HeaderValue]>) {
    this.#setByNode = set;
  }

  /** Asked by `OutgoingMessage.prototype.setHeader` since Node 24.22 and 26.12: may values contain control characters? */
  _isLenientHeaderValidation(): boolean {
    return false;
  }

  protected attempt<T>(fn: () => T, fallback: T): T;
  protected attempt(fn: () => unknown): void;
  protected attempt<T>(fn: () => T, fallback?: T): T | undefined {
    try {
      return fn();
    } catch (error) {
      this.bridge.refuse(error);
      return fallback;
    }
  }
  get #fields(): HeaderFields {
    this.#adopt();
    return (this.#successor ?? this.side).fields;
  }

  /** Takes over headers that middleware has set with the methods of Node's prototype. */
  #adopt(): void {
    const set = this.#setByNode;
    this.#setByNode = undefined;
    if (set) for (const [name, value] of Object.values(set)) this.setHeader(name, value);
  }

  #setHeaders(headers: unknown): void {
    if (Array.isArray(headers)) {
      const pairs = headers.length > 0 && Array.isArray(headers[0]) ? headers : inPairs(headers);
      for (const [name, value] of pairs as [string, HeaderValue][]) this.side.header(name, value);
    } else if (typeof headers === 'object' && headers !== null) {
      for (const [name, value] of Object.entries(headers)) this.side.header(name, value as HeaderValue);
    }
  }

  #isClosedFor(method: string): boolean {
    if (!this.headersSent) return false;
    const error = new BlaizeError(
      'ERR_BLAIZE_RESPONSE_SENT',
      `res.${method}() was called after the header had been sent.`,
    );
    this.bridge.refuse(Object.assign(error, { code: 'ERR_HTTP_HEADERS_SENT' }));
    return true;
  }
}

// The package `cookies`, and with it cookie-session, calls `OutgoingMessage.prototype.setHeader` on responses that have Express's
// `set()`. Node then keeps the header under a symbol, of which nobody would know.
const ofNode = Object.getOwnPropertySymbols(new OutgoingMessage()).find(
  ({ description }) => description === 'kOutHeaders',
);
if (ofNode) {
  Object.defineProperty(FacadeHead.prototype, ofNode, {
    get: () => null,
    set(this: FacadeHead, set: Record<string, [string, HeaderValue]>) {
      this.headersOfNode = set;
    },
  });
}

function inPairs(list: readonly unknown[]): unknown[][] {
  const pairs: unknown[][] = [];
  for (let i = 0; i + 1 < list.length; i += 2) pairs.push([list[i], list[i + 1]]);
  return pairs;
}
