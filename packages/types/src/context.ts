import type { Readable } from 'node:stream';

import type { HeaderFields, Protocol, RawRequest, RawResponse } from './http.ts';
import type { Logger } from './logger.ts';

/**
 * What plugins put on `ctx.services`. Empty here; an application or a plugin adds to it, and every route sees it:
 *
 * ```ts
 * declare module 'blaizejs' {
 *   interface Services extends ServicesOf<typeof database> {}
 * }
 * ```
 */
export interface Services {}

/**
 * What global middleware puts on `ctx.state`. Empty here; an application adds to it in the same way as to
 * {@link Services}. What a route's own middleware adds is inferred and needs no declaration.
 */
export interface State {}

/** Path parameters before a schema has read them: percent-decoded strings. */
export type PathParams = Record<string, string>;

/** The query before a schema has read it. A name that comes more than once is a list. */
export type QueryParams = Record<string, string | string[]>;

/** The request side of a context. */
export interface ContextRequest<Params = PathParams, Query = QueryParams, Body = unknown> {
  readonly method: string;
  /** The path as it was sent, without the query. */
  readonly path: string;
  /**
   * The whole URL, made when first read. Where the server's `trustProxy` is on, scheme and host are what the proxies
   * say that the client asked for.
   */
  readonly url: URL;
  /** Path parameters; what the schema made of them once the handler runs. */
  readonly params: Params;
  /** The query, parsed when first read; what the schema made of it once the handler runs. */
  readonly query: Query;
  /** What `schema.body` made of the content; undefined before the handler and in routes without that schema. */
  readonly body: Body;
  /** The header fields as a Web `Headers`, made when first read. */
  readonly headers: Headers;
  /** One header field by name in any case; the lines of a repeated field are joined with a comma. `host` is there with either protocol. */
  header(name: string): string | undefined;
  /** The cookies, parsed when first read. */
  readonly cookies: Readonly<Record<string, string>>;
  /** The HTTP version. */
  readonly protocol: Protocol;
  readonly isHttp2: boolean;
  /**
   * The IP address of the peer, or, where the server's `trustProxy` is on, of the first one behind its trusted
   * proxies; empty where there is none.
   */
  readonly ip: string;
  /** `X-Correlation-Id` of the request where it is a plain token of up to 128 characters, else a new UUID. */
  readonly correlationId: string;
  /** Aborts when the client leaves before its answer is complete. */
  readonly signal: AbortSignal;
  /** What Node has for this request: `IncomingMessage` (HTTP/1.1), `ServerHttp2Stream` or `Request` (in process). */
  readonly raw: RawRequest;
  /**
   * The content as JSON.
   *
   * @throws BadRequestError (400) where it is not JSON, or would set a prototype
   * @throws PayloadTooLargeError (413) above the body limit
   */
  json(): Promise<unknown>;
  /** The content as text. @throws as {@link ContextRequest.json} does, and 400 where it is not UTF-8 */
  text(): Promise<string>;
  /** The content as bytes. @throws PayloadTooLargeError (413) above the body limit */
  bytes(): Promise<Uint8Array>;
  /** The content of a form (`application/x-www-form-urlencoded`). @throws as {@link ContextRequest.text} does */
  formData(): Promise<FormData>;
  /** The content as a stream, which no limit applies to. It can be read once. */
  stream(): Readable;
}

/** How a cookie is kept and sent (RFC 6265). */
export interface CookieOptions {
  domain?: string | undefined;
  expires?: Date | undefined;
  /** Default: true, so that scripts cannot read it. */
  httpOnly?: boolean | undefined;
  /** Seconds. */
  maxAge?: number | undefined;
  partitioned?: boolean | undefined;
  /** Default: `/`. */
  path?: string | undefined;
  priority?: 'low' | 'medium' | 'high' | undefined;
  /** Default: `lax`. */
  sameSite?: 'strict' | 'lax' | 'none' | undefined;
  /** Default: true where the scheme of the request's `url` is https. */
  secure?: boolean | undefined;
}

/**
 * The response side of a context. It records what is to be sent; it is written when the middleware chain has
 * unwound, so that middleware may change it after `await next()`.
 */
export interface ContextResponse {
  /** The status as it stands: 404 until something is recorded, then 200 unless it is set. */
  readonly statusCode: number;
  /** The recorded header fields by lower-case name. */
  readonly fields: Readonly<HeaderFields>;
  /** The recorded content. */
  readonly body: unknown;
  /** Whether the head of the response is out; from then on nothing can change it. */
  readonly sent: boolean;
  /** Sets the status, 200 to 599. */
  status(code: number): this;
  /** Sets a header field; `undefined` removes it. @throws TypeError where the name or value is not valid (RFC 9110 section 5) */
  header(name: string, value: string | number | readonly string[] | undefined): this;
  /** Sets several header fields. */
  headers(fields: Readonly<Record<string, string | number | readonly string[] | undefined>>): this;
  /** Sets `Content-Type`. */
  type(contentType: string): this;
  /** Adds a `Set-Cookie` line; `undefined` removes the cookie from the client. */
  cookie(name: string, value: string | undefined, options?: CookieOptions): this;
  /** Answers with JSON. */
  json(value: unknown): this;
  /** Answers with plain text. */
  text(value: string): this;
  /** Answers with HTML. */
  html(value: string): this;
  /** Sends the client elsewhere. Default status: 302. */
  redirect(location: string | URL, status?: 301 | 302 | 303 | 307 | 308): this;
  /** Answers with what a stream or an async iterable gives. */
  stream(source: Readable | ReadableStream | AsyncIterable<string | Uint8Array>): this;
  /**
   * Calls `listener` when the exchange is over: the response is written, with the status that `statusCode` then has, or
   * was broken off. For logs, metrics and clean-up.
   */
  onFinish(listener: (outcome: { readonly aborted: boolean }) => void): this;
  /** What Node has for this response: `ServerResponse` (HTTP/1.1), `ServerHttp2Stream`, undefined in process. */
  readonly raw: RawResponse | undefined;
}

/** Everything about one request, and its answer. */
export interface Context<Params = PathParams, Query = QueryParams, Body = unknown, S = State> {
  readonly request: ContextRequest<Params, Query, Body>;
  readonly response: ContextResponse;
  /** Values that belong to this request, set by middleware. */
  readonly state: S;
  /** What plugins provide, the same for every request. */
  readonly services: Services;
  /** The server's logger, with the correlation id on each line. */
  readonly log: Logger;
}
