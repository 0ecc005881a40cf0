import { OutgoingMessage } from 'node:http';
import { Readable, Writable } from 'node:stream';

import { END, type ResponseSide } from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';
import type { CookieOptions, HeaderFields, HeaderValue } from '@blaizejs/types';

import type { Bridge } from './bridge.ts';
import type { FacadeRequest } from './facade-request.ts';
import type { FacadeSocket } from './facade-socket.ts';

/** What becomes of the bytes that are written. */
type Sink =
  /** The middleware answers: they are recorded as the answer of the context. */
  | 'answer'
  /** A whole answer passes through: they are kept until its end. */
  | 'keep'
  /** A stream passes through. */
  | 'stream';

type Encoding = BufferEncoding | undefined;
type Callback = (error?: Error | null) => void;

// What middleware replaces to see, or to change, the answer.
const PATCHED = ['writeHead', 'write', 'end'] as const;

const REASON = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * A response as Node has it, whose header is that of a context's response. Middleware may replace its methods, as it does with
 * Node's: an answer that comes from elsewhere then passes through them.
 */
export class FacadeResponse extends Writable {
  statusMessage: string | undefined = undefined;
  sendDate = true;
  req: FacadeRequest;
  locals: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly chunkedEncoding = false;
  readonly shouldKeepAlive = true;

  protected readonly bridge: Bridge;
  readonly #side: ResponseSide;
  #successor: ResponseSide | undefined;
  #statusCode = 200;
  #hasHead = false;
  #sink: Sink = 'answer';
  #kept: Buffer[] = [];
  #body: Readable | undefined;
  /** Called when the reader of the body wants more. */
  #resume: Callback | undefined;
  /** Called when the exchange is over. */
  #finish: Callback | undefined;
  #setByNode: Record<string, [string, HeaderValue]> | undefined;
  #onHead: (() => void) | undefined;
  #onEnd: (() => void) | undefined;

  constructor(bridge: Bridge) {
    super();
    this.bridge = bridge;
    this.req = bridge.req;
    this.#side = bridge.ctx.response;
    this.on('error', ignore);
  }

  get socket(): FacadeSocket {
    return this.bridge.socket;
  }

  get connection(): FacadeSocket {
    return this.bridge.socket;
  }

  get statusCode(): number {
    return this.#statusCode;
  }

  set statusCode(code) {
    this.#statusCode = code;
  }

  get headersSent(): boolean {
    return this.#hasHead || this.#side.sent;
  }

  /** Middleware asks Node's private field whether the header was sent. */
  get _header(): string | null {
    return this.headersSent ? `HTTP/1.1 ${this.#statusCode}\r\n\r\n` : null;
  }

  get finished(): boolean {
    return this.writableEnded;
  }

  /** Whether an answer has to pass through methods that middleware has replaced. If it has answered itself, it has done so already. */
  get isPatched(): boolean {
    if (this.#hasHead) return false;
    const { prototype } = FacadeResponse;
    return PATCHED.some((name) => this[name] !== prototype[name]);
  }

  setHeader(name: string, value: HeaderValue): this {
    if (this.#isClosedFor('setHeader')) return this;
    this.#try(() => {
      if (value === undefined) throw new TypeError(`Invalid value "undefined" for header "${name}"`);
      this.#side.header(name, value);
    });
    return this;
  }

  setHeaders(headers: Iterable<[string, string | string[]]>): this {
    for (const [name, value] of headers) this.setHeader(name, value);
    return this;
  }

  appendHeader(name: string, value: string | readonly string[]): this {
    if (this.#isClosedFor('appendHeader')) return this;
    this.#try(() => this.#side.append(name, value));
    return this;
  }

  /** Adds a `Set-Cookie` line. */
  protected addCookie(name: string, value: string, options: CookieOptions): this {
    if (!this.#isClosedFor('cookie')) this.#try(() => this.#side.cookie(name, value, options));
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
    this.#try(() => this.#side.header(name, undefined));
  }

  /** Fixes status and header. They are sent with the first bytes, or the end. */
  writeHead(status: number, reason?: unknown, headers?: unknown): this {
    if (this.#isClosedFor('writeHead')) return this;
    this.#adopt();
    this.#try(() => {
      if (!Number.isInteger(status) || status < 200 || status > 599) {
        throw new RangeError(`The status of a response must be from 200 to 599, not ${String(status)}.`);
      }
      if (typeof reason === 'string') this.statusMessage = reason;
      this.#setHeaders(typeof reason === 'string' ? headers : (reason ?? headers));
      this.#statusCode = status;
      this.#hasHead = true;
    });
    return this;
  }

  /** As Node does for the first bytes. Calls `writeHead()`, which middleware may have replaced. */
  _implicitHeader(): void {
    this.writeHead(this.#statusCode);
  }

  flushHeaders(): void {
    if (!this.headersSent) this._implicitHeader();
    if (this.#hasHead && !this.writableEnded) this.#openBody(true);
  }

  override write(chunk: unknown, encoding?: Encoding | Callback, callback?: Callback): boolean {
    if (this.#isEndedFor('write')) return false;
    return this.#try(() => {
      if (!this.#hasHead) this._implicitHeader();
      if (!this.#hasHead) return false;
      this.#openBody(false, chunk);
      return typeof encoding === 'function'
        ? super.write(chunk, encoding)
        : super.write(chunk, encoding ?? 'utf8', callback);
    }, false);
  }

  override end(chunk?: unknown, encoding?: Encoding | Callback, callback?: Callback): this {
    if (typeof chunk === 'function') return this.end(undefined, undefined, chunk as Callback);
    if (typeof encoding === 'function') return this.end(chunk, undefined, encoding);
    if (this.#isEndedFor('end')) return this;
    this.#try(() => {
      if (!this.#hasHead) this._implicitHeader();
      if (!this.#hasHead || this.writableEnded) return;
      const isWhole = this.#sink === 'answer' && !this.#body;
      const hasChunk = chunk !== undefined && chunk !== null;
      if (isWhole) this.#recordWhole(hasChunk ? toPayload(chunk, encoding) : null);
      else if (hasChunk) super.write(chunk, encoding ?? 'utf8');
      super.end(callback);
      if (isWhole) this.bridge.answered();
    });
    return this;
  }

  writeContinue(): void {
    // The server does that when the body is read.
  }

  writeProcessing(): void {
    // Nobody needs a 102.
  }

  writeEarlyHints(hints: Readonly<Record<string, string | string[]>>, callback?: () => void): void {
    this.#try(() => this.#side.earlyHints(hints));
    callback?.();
  }

  addTrailers(headers: Readonly<Record<string, string>>): void {
    if (!this.#side.sent) this.#side.trailers(() => headers);
  }

  /** Does nothing: time is limited by the server. */
  setTimeout(): this {
    return this;
  }

  /** An error that a listener throws fails the request: in an event, nobody would catch it. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    try {
      return super.emit(event, ...args);
    } catch (error) {
      this.bridge.fail(error);
      return true;
    }
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: Callback): void {
    const body = this.#body;
    if (this.#sink === 'keep') this.#kept.push(chunk);
    else if (body && !body.destroyed && !body.push(chunk)) {
      this.#resume = callback;
      return;
    }
    callback();
  }

  override _final(callback: Callback): void {
    this.#finish = callback;
    this.#onEnd?.();
    this.#body?.push(null);
    if (this.bridge.isOver) callback();
  }

  override _destroy(error: Error | null, callback: Callback): void {
    if (!this.bridge.isOver) {
      if (this.#body) this.#body.destroy(error ?? closed());
      else if (error) this.bridge.failIfWaiting(error);
      else if (this.bridge.isWaiting) this.bridge.ctx.exchange.abort();
    }
    callback(error);
  }

  /**
   * Lets a whole answer pass through the methods.
   *
   * @param done called with what has come out
   */
  passWhole(
    status: number,
    payload: string | Uint8Array | null,
    done: (kept: readonly Buffer[]) => void,
  ): void {
    this.#statusCode = status;
    this.#sink = 'keep';
    this.#onEnd = () => done(this.#kept);
    this.end(payload ?? undefined);
  }

  /**
   * Prepares for a stream that is going to be written.
   *
   * @param opened called with what comes out, once its head is known
   */
  passStream(status: number, opened: (body: Readable) => void): void {
    this.#statusCode = status;
    this.#sink = 'stream';
    this.#onHead = () => opened(this.#body as Readable);
    this.#onEnd = () => this.#openBody(false);
  }

  /** From now on, headers are read from another response: one that answers instead. They are set on the old one, and go nowhere. */
  follow(side: ResponseSide): void {
    this.#successor = side;
  }

  /** Called by the methods of Node's prototype. */
  set headersOfNode(set: Record<string, [string, HeaderValue]>) {
    this.#setByNode = set;
  }

  /** Called when the exchange is over. */
  exchangeOver(aborted: boolean, status: number): void {
    if (aborted) {
      this.destroy();
      return;
    }
    this.#hasHead = true;
    if (status !== 0) this.#statusCode = status;
    if (this.#finish) this.#finish();
    else super.end();
  }

  get #fields(): HeaderFields {
    this.#adopt();
    return (this.#successor ?? this.#side).fields;
  }

  #recordWhole(payload: string | Uint8Array | null): void {
    this.#side.send(payload);
    this.#recordHead();
  }

  #recordHead(): void {
    this.#side.status(this.#statusCode);
    const { statusMessage } = this;
    if (statusMessage !== undefined && REASON.test(statusMessage)) this.#side.statusText = statusMessage;
  }

  /** Makes the stream for what is written, if it is sent as a stream. */
  #openBody(flush: boolean, first?: unknown): void {
    if (this.#body || this.#sink === 'keep') return;
    const body = (this.#body = new Readable({
      read: () => {
        const resume = this.#resume;
        this.#resume = undefined;
        resume?.();
      },
      destroy: (error, callback) => {
        const resume = this.#resume;
        this.#resume = undefined;
        resume?.();
        callback(error);
      },
    }));
    // What middleware makes of the rest, such as the end of a compressed stream, belongs to the answer.
    Object.assign(body, { [END]: () => void this.end() });
    if (this.#sink === 'answer') {
      if (typeof first === 'string' && !this.hasHeader('content-type'))
        this.#side.type('text/plain; charset=utf-8');
      this.#side.stream(body, { flush: flush || undefined });
      this.#recordHead();
      this.bridge.answered();
    }
    this.#onHead?.();
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
      for (const [name, value] of pairs as [string, HeaderValue][]) this.#side.header(name, value);
    } else if (typeof headers === 'object' && headers !== null) {
      for (const [name, value] of Object.entries(headers)) this.#side.header(name, value as HeaderValue);
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

  #isEndedFor(method: string): boolean {
    if (!this.writableEnded && !this.bridge.isOver) return false;
    // As Node does: no error is thrown.
    if (!this.bridge.isOver)
      this.bridge.warn('Connect middleware wrote after the end', { method: `res.${method}()` });
    return true;
  }

  #try<T>(fn: () => T, fallback: T): T;
  #try(fn: () => unknown): void;
  #try<T>(fn: () => T, fallback?: T): T | undefined {
    try {
      return fn();
    } catch (error) {
      this.bridge.refuse(error);
      return fallback;
    }
  }
}

// The package `cookies`, and with it cookie-session, calls `OutgoingMessage.prototype.setHeader` on responses that have Express's
// `set()`. Node then keeps the header under a symbol, of which nobody would know.
const ofNode = Object.getOwnPropertySymbols(new OutgoingMessage()).find(
  ({ description }) => description === 'kOutHeaders',
);
if (ofNode) {
  Object.defineProperty(FacadeResponse.prototype, ofNode, {
    get: () => null,
    set(this: FacadeResponse, set: Record<string, [string, HeaderValue]>) {
      this.headersOfNode = set;
    },
  });
}

function toPayload(chunk: unknown, encoding: Encoding): string | Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  if (typeof chunk !== 'string') {
    throw new TypeError(`res.end() takes a string or bytes, not a value of type ${typeof chunk}.`);
  }
  return encoding === undefined || /^utf-?8$/i.test(encoding) ? chunk : Buffer.from(chunk, encoding);
}

function inPairs(list: readonly unknown[]): unknown[][] {
  const pairs: unknown[][] = [];
  for (let i = 0; i + 1 < list.length; i += 2) pairs.push([list[i], list[i + 1]]);
  return pairs;
}

function closed(): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_STREAM_CLOSED', 'A response stream was destroyed before its end.');
}

function ignore(): void {}
