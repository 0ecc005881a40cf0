import type { Readable } from 'node:stream';

import type {
  BodyReader,
  ContentType,
  ContextRequest,
  HeaderFields,
  PathParams,
  Protocol,
  QueryParams,
  RequestTunnel,
  TlsPeer,
} from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { readCookies } from './read-cookies.ts';
import { toFields } from './header-fields.ts';
import { parseMediaType } from './media-type.ts';
import { preferredOf } from './negotiate.ts';
import { parseQuery } from './query.ts';
import {
  alreadyRead,
  assertLength,
  assertType,
  bodyStream,
  codingOf,
  decodeBody,
  decodeText,
  limited,
  none,
  parseBody,
  parseForm,
  parseJson,
  readBody,
  readDecoded,
  readJsonLines,
} from './request-body.ts';
import type { ClientView, RequestContext } from './request-context.ts';
import { makeUrl, querystringOf } from './request-target.ts';
import { type Snapshot, takeSnapshot } from './storage.ts';

declare const BLAIZE_WITHOUT_BODY: true | undefined;

/** A part of a request that a schema can check. */
export type CheckedPart = 'params' | 'query' | 'headers' | 'cookies' | 'body';

const CORRELATION_ID = /^[\w.:-]{1,128}$/;

/** The request side of a context. Anything expensive is computed when first read. */
export class RequestSide implements ContextRequest {
  params: PathParams;
  /** Set once the body has passed the route's schema. */
  body: unknown = undefined;

  readonly #ctx: RequestContext;
  #exchange: Exchange;
  #querystring: string | undefined;
  #query: QueryParams | undefined;
  #url: URL | undefined;
  #client: ClientView | undefined;
  #abandoned: Error | undefined;
  #headers: Headers | undefined;
  #cookies: Record<string, string> | undefined;
  #correlationId: string | undefined;
  #abort: AbortController | undefined;
  /** The asynchronous context in which the signal was first read: its listeners run there. */
  #within: Snapshot | undefined;
  #bytes: Promise<Buffer> | undefined;
  #tunnel: RequestTunnel | undefined;
  #streamed = false;

  constructor(ctx: RequestContext, exchange: Exchange, params: PathParams, querystring: string | undefined) {
    this.#ctx = ctx;
    this.#exchange = exchange;
    this.params = params;
    this.#querystring = querystring;
  }

  get method(): string {
    return this.#exchange.method;
  }

  get path(): string {
    const { target } = this.#exchange;
    const end = target.indexOf('?');
    return end === -1 ? target : target.slice(0, end);
  }

  get url(): URL {
    return (this.#url ??= makeUrl(this.#getClient(), this.#exchange.target));
  }

  get query(): QueryParams {
    return (this.#query ??= parseQuery((this.#querystring ??= querystringOf(this.#exchange.target))));
  }

  set query(validated: QueryParams) {
    this.#query = validated;
    this.#querystring = undefined;
  }

  get headers(): Headers {
    if (!this.#headers) {
      this.#headers = new Headers();
      if (this.#exchange.authority !== '') this.#headers.set('host', this.#exchange.authority);
      for (const [name, value] of Object.entries(this.#exchange.headers)) {
        if (value === undefined || name === 'host' || name.startsWith(':')) continue;
        for (const line of Array.isArray(value) ? value : [value]) this.#headers.append(name, line);
      }
    }
    return this.#headers;
  }

  header(name: string): string | undefined {
    const field = name.toLowerCase();
    // In HTTP/2 the host is a pseudo-field, not a header field.
    if (field === 'host') return this.#exchange.authority || undefined;
    if (field.startsWith(':')) return undefined;
    const value = this.#exchange.headers[field];
    if (Array.isArray(value)) return value.join(', ');
    // Node's headers inherit from Object, so `constructor` would be found.
    return typeof value === 'string' ? value : undefined;
  }

  accepts<const Types extends readonly ContentType[]>(...types: Types): Types[number] | undefined {
    return preferredOf(this.header('accept'), types);
  }

  get cookies(): Readonly<Record<string, string>> {
    return (this.#cookies ??= readCookies(this.header('cookie') ?? ''));
  }

  /** A part as its schema gets it. Headers are one text for each lower-case name. */
  given(part: CheckedPart): unknown {
    if (part !== 'headers') return this[part];
    const given = Object.create(null) as Record<string, string>;
    this.headers.forEach((value, name) => (given[name] = value));
    return given;
  }

  /** Replaces a part with what its schema made of it. The headers get it as properties of their own. */
  accept(part: CheckedPart, validated: unknown): void {
    if (part === 'cookies') this.#cookies = validated as Record<string, string>;
    else if (part !== 'headers') this[part] = validated as never;
    else {
      for (const [name, value] of Object.entries(validated as object)) {
        if (name in Headers.prototype) continue;
        Object.defineProperty(this.headers, name, { value, enumerable: true, configurable: true });
      }
    }
  }

  get protocol(): Protocol {
    return this.#exchange.protocol;
  }

  get isHttp2(): boolean {
    return this.#exchange.protocol === 'HTTP/2';
  }

  get ip(): string {
    return this.#getClient().remoteAddress ?? '';
  }

  /** The scheme of `url`, without creating the URL. */
  get scheme(): 'http' | 'https' {
    return this.#getClient().scheme;
  }

  /** The host and port of `url`, as the client sent them, without creating the URL. */
  get authority(): string {
    return this.#getClient().authority;
  }

  get correlationId(): string {
    return this.correlationIdFrom('x-correlation-id');
  }

  /** The correlation id. If nobody has asked for it yet, it is what this header says. */
  correlationIdFrom(header: string): string {
    if (this.#correlationId === undefined) {
      const sent = this.header(header);
      this.#correlationId = sent !== undefined && CORRELATION_ID.test(sent) ? sent : crypto.randomUUID();
    }
    return this.#correlationId;
  }

  get signal(): AbortSignal {
    if (!this.#abort) {
      const controller = (this.#abort = new AbortController());
      const within = (this.#within = takeSnapshot(this.#ctx));
      this.#exchange.onClose(() => {
        if (this.#exchange.aborted) within(() => controller.abort());
      });
      if (this.#abandoned) controller.abort(this.#abandoned);
    }
    return this.#abort.signal;
  }

  get deadline(): number | undefined {
    const { began, timeLimit } = this.#ctx;
    return timeLimit === 0 ? undefined : Date.now() + began + timeLimit - performance.now();
  }

  /** Why the server has abandoned the request, if it has. */
  get abandoned(): Error | undefined {
    return this.#abandoned;
  }

  /** Abandons the request, and aborts its signal with the reason. */
  abandon(reason: Error): void {
    this.#abandoned = reason;
    this.#within?.(() => this.#abort?.abort(reason));
  }

  get bodyLimit(): number {
    return this.#ctx.settings.bodyLimit;
  }

  get trailers(): Readonly<HeaderFields> | undefined {
    return this.#exchange.requestTrailers;
  }

  get tls(): TlsPeer | undefined {
    return this.#exchange.peer;
  }

  get tunnel(): RequestTunnel | undefined {
    const { tunnel, protocol } = this.#exchange;
    if (!tunnel) return undefined;
    return (this.#tunnel ??= {
      protocol: tunnel.protocol,
      accept: (headers = {}) => tunnel.accept(toFields(headers, protocol), (rest) => this.#ctx.goOn(rest)),
    });
  }

  /** As for the context. Keeps nothing that can be made again. */
  goOn(exchange: Exchange): void {
    this.#exchange = exchange;
    this.#tunnel = this.#querystring = undefined;
  }

  get raw(): ContextRequest['raw'] {
    return this.#exchange.rawRequest;
  }

  bytes(): Promise<Buffer> {
    if (this.#streamed) return Promise.reject(alreadyRead('stream()'));
    return (this.#bytes ??= this.#isDecoded
      ? readDecoded(this.#exchange, this.#ctx, this.#ctx.settings.bodyLimit)
      : readBody(this.#exchange, this.#ctx.settings.bodyLimit));
  }

  async text(): Promise<string> {
    return decodeText(await this.bytes(), parseMediaType(this.header('content-type')).charset);
  }

  async json(): Promise<unknown> {
    return parseJson(await this.text());
  }

  async formData(): Promise<FormData> {
    return parseForm(await this.bytes(), parseMediaType(this.header('content-type')));
  }

  /**
   * The body for its schema, parsed by its type; `undefined` if there is none.
   *
   * @param type of the body, if the caller has parsed it
   */
  readBody(type = parseMediaType(this.header('content-type'))): Promise<unknown> {
    const { bodyReaders } = this.#ctx.settings;
    const reader = bodyReaders?.get(type.essence);
    if (reader && this.#exchange.hasBody) return this.#readWith(reader);
    // Before it is read. What announces no length may be empty, and then needs no type.
    if (Number(this.#exchange.headers['content-length']) > 0) assertType(type, bodyReaders);
    // Not an async function: before Node 24, AsyncLocalStorage makes each promise expensive.
    return this.bytes().then((bytes) => parseBody(bytes, type, bodyReaders));
  }

  stream(): Readable {
    if (typeof BLAIZE_WITHOUT_BODY !== 'undefined') return none();
    if (this.#streamed || this.#bytes) throw alreadyRead(this.#streamed ? 'stream()' : 'another method');
    const coding = this.#isDecoded ? codingOf(this.#exchange, true) : undefined;
    this.#streamed = true;
    const body = bodyStream(this.#exchange, this.#ctx);
    return coding === undefined ? body : decodeBody(body, coding);
  }

  /**
   * The body as it arrives, for something that reads it: with its coding undone, and up to `bodyLimit` bytes of it. Refuses at
   * once what the headers show to be wrong; the body is opened when the first bytes are asked for.
   *
   * @throws UnsupportedMediaTypeError for a coding that is not undone; PayloadTooLargeError above the limit, also later
   */
  chunks(): AsyncIterable<Uint8Array> {
    if (typeof BLAIZE_WITHOUT_BODY !== 'undefined') return none();
    const { bodyLimit, decompressRequests } = this.#ctx.settings;
    codingOf(this.#exchange, decompressRequests === true);
    assertLength(this.#exchange, bodyLimit);
    return limited(() => this.stream(), bodyLimit);
  }

  /** The values of JSON lines, each with its number. @param lineLimit bytes of one line */
  jsonLines(lineLimit: number): AsyncIterable<{ readonly line: number; readonly value: unknown }> {
    return readJsonLines(this.chunks(), lineLimit);
  }

  /** Whether the body has a content coding that is undone. */
  get #isDecoded(): boolean {
    return (
      this.#ctx.settings.decompressRequests === true &&
      this.#exchange.headers['content-encoding'] !== undefined
    );
  }

  async #readWith(reader: BodyReader): Promise<unknown> {
    const { headers, signal, bodyLimit: limit } = this;
    return reader({ stream: this.chunks(), headers, limit, signal });
  }

  #getClient(): ClientView {
    const { trustProxy } = this.#ctx.settings;
    return trustProxy ? (this.#client ??= trustProxy(this.#exchange)) : this.#exchange;
  }
}

/**
 * {@link RequestSide.chunks} of `ctx.request`, whichever copy of this package made it.
 *
 * @throws TypeError for anything else
 */
export function chunksOf(request: object): AsyncIterable<Uint8Array> {
  const { chunks } = request as Partial<RequestSide>;
  if (!chunks) throw new TypeError('Expected ctx.request.');
  return chunks.call(request as RequestSide);
}
