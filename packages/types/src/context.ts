import type { Duplex, Readable } from 'node:stream';

import type { ContentType } from './content.ts';
import type { HeaderFields, HeaderValue, Protocol, RawRequest } from './http.ts';
import type { Logger } from './logger.ts';
import type { ContextResponse, RouteResponse } from './response.ts';
import type { RouteInfo } from './route.ts';
import type { TlsPeer } from './tls-peer.ts';

/**
 * What plugins put on `ctx.services`. Empty here; an application or a plugin adds to it, in `blaizejs` or in any package
 * that exports it, and every route sees it:
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

/** Path parameters before a schema has read them: percent-decoded strings. Without a path, their names are not known. */
export type PathParams = Record<string, string | undefined>;

/** The query before a schema has read it. A repeated name is a list. */
export type QueryParams = Record<string, string | string[]>;

/** The cookies before a schema has read them. */
export type RequestCookies = Readonly<Record<string, string>>;

/** The types of a context's parts. A part that is left out has its default. */
export interface ContextTypes {
  /** Path parameters. Default: {@link PathParams}. */
  readonly params?: unknown;
  /** The query. Default: {@link QueryParams}. */
  readonly query?: unknown;
  /** What `schema.body` made of the body. Default: `unknown`. */
  readonly body?: unknown;
  /** What `schema.headers` made of the headers. Default: nothing. */
  readonly headers?: unknown;
  /** The cookies. Default: {@link RequestCookies}. */
  readonly cookies?: unknown;
  /** What middleware puts on `ctx.state`. Default: {@link State}. */
  readonly state?: unknown;
  /** What plugins provide. Default: {@link Services}. */
  readonly services?: unknown;
  /** The possible answers by status. Default: anything. */
  readonly reply?: unknown;
}

type ResponseWith<Replies> = [Replies] extends [object] ? RouteResponse<Replies> : ContextResponse;

/** The request side of a context. */
export interface ContextRequest<
  Params = PathParams,
  Query = QueryParams,
  Body = unknown,
  ReadHeaders = unknown,
  Cookies = RequestCookies,
> {
  readonly method: string;
  /** The path as the client sent it, without the query. */
  readonly path: string;
  /**
   * The whole URL, made when first read. With the server's `trustProxy`, scheme and host are those that the proxies say the
   * client asked for.
   */
  readonly url: URL;
  /** Path parameters. In the handler, what the schema made of them. */
  readonly params: Params;
  /** The query, parsed when first read. In the handler, what the schema made of it. */
  readonly query: Query;
  /** What `schema.body` made of the body. Undefined before the handler runs, and in routes without that schema. */
  readonly body: Body;
  /**
   * The headers as a Web `Headers` object, made when first read. In the handler of a route with `schema.headers`, what the
   * schema returned is on it too, by name: `ctx.request.headers['x-tenant']`.
   */
  readonly headers: Headers & ReadHeaders;
  /** One header by name, in any case; the lines of a repeated header are joined with a comma. `host` is there over HTTP/2 too. */
  header(name: string): string | undefined;
  /**
   * The type that the client likes best of those named, by its `Accept`; undefined if it accepts none. Of what it likes as
   * much, it is what `Accept` names first, or else the first of those here. An answer that depends on it needs `Vary: Accept`, which `response.format()` sets.
   *
   * ```ts
   * ctx.request.accepts('json', 'html', 'image/png')
   * ```
   */
  accepts<const Types extends readonly ContentType[]>(...types: Types): Types[number] | undefined;
  /** The cookies, parsed when first read. In the handler, what the schema made of them. */
  readonly cookies: Cookies;
  /** The trailers, once the body has been read (RFC 9110 section 6.5). Undefined before that, and if there are none. */
  readonly trailers: Readonly<HeaderFields> | undefined;
  /** What TLS knows of the connection and of the client. Undefined in cleartext and in process. */
  readonly tls: TlsPeer | undefined;
  /**
   * On a route with `tunnel`, the client's request for that tunnel: a WebSocket handshake, over HTTP/1.1 or HTTP/2.
   * Answering it like any other request refuses the tunnel.
   */
  readonly tunnel: RequestTunnel | undefined;
  /** The HTTP version. */
  readonly protocol: Protocol;
  readonly isHttp2: boolean;
  /**
   * The IP address of the peer. With the server's `trustProxy`, that of the client behind the trusted proxies. Empty if it
   * is not known.
   */
  readonly ip: string;
  /** The request's `X-Correlation-Id` if it is a plain token of up to 128 characters; otherwise a new UUID. */
  readonly correlationId: string;
  /**
   * Aborts when the client leaves before its answer is complete, and at the {@link ContextRequest.deadline}: its `reason` is
   * then an HttpError with a code, `ERR_BLAIZE_SERVICE_UNAVAILABLE` or `ERR_BLAIZE_DEADLINE`.
   */
  readonly signal: AbortSignal;
  /**
   * When the time for the answer is over, in milliseconds, comparable with `Date.now()`: after the route's `handlerTimeout`, or
   * earlier if the header that `deadlineHeader` names says so. A body that arrives slowly puts off the former. Undefined if
   * there is no limit.
   */
  readonly deadline: number | undefined;
  /** The largest body in bytes that is read: the route's `bodyLimit`, or the server's. {@link ContextRequest.stream} has none. */
  readonly bodyLimit: number;
  /** Node's own object for this request: `IncomingMessage` (HTTP/1.1), `ServerHttp2Stream`, or `Request` (in process). */
  readonly raw: RawRequest;
  /**
   * Reads the body as JSON.
   *
   * @throws BadRequestError (400) if it is not JSON, or would set a prototype
   * @throws PayloadTooLargeError (413) above the body limit
   */
  json(): Promise<unknown>;
  /** Reads the body as text. @throws as {@link ContextRequest.json} does, and 400 if it is not UTF-8 */
  text(): Promise<string>;
  /** Reads the body as bytes. @throws PayloadTooLargeError (413) above the body limit */
  bytes(): Promise<Uint8Array>;
  /** Reads the body of a form (`application/x-www-form-urlencoded`); `@blaizejs/multipart` reads those with files. @throws as {@link ContextRequest.text} does */
  formData(): Promise<FormData>;
  /** The body as a stream, which has no limit. It can be read once. */
  stream(): Readable;
}

/** A tunnel that the client asks for. */
export interface RequestTunnel {
  /** The protocol inside it: `websocket`. */
  readonly protocol: string;
  /**
   * Turns the request into a two-way stream. Nothing else is sent, and hooks do not run.
   *
   * @throws BlaizeError `ERR_BLAIZE_TUNNEL` if the request was already accepted or answered
   */
  accept(headers?: Readonly<Record<string, HeaderValue>>): Duplex;
}

/**
 * Everything about one request, and its answer. Its types are given by name, and each has a default:
 *
 * ```ts
 * function audit(ctx: Context<{ state: { user: User } }>) { … }
 * ```
 */
export type Context<T extends ContextTypes = {}> = ContextParts<
  'params' extends keyof T ? T['params'] : PathParams,
  'query' extends keyof T ? T['query'] : QueryParams,
  'body' extends keyof T ? T['body'] : unknown,
  'headers' extends keyof T ? T['headers'] : unknown,
  'cookies' extends keyof T ? T['cookies'] : RequestCookies,
  'state' extends keyof T ? T['state'] : State,
  'services' extends keyof T ? T['services'] : Services,
  'reply' extends keyof T ? ResponseWith<T['reply']> : ContextResponse
>;

/** What {@link Context} stands for. Contexts are compared part by part, which the single bag of types cannot be. */
export interface ContextParts<
  Params,
  Query,
  Body,
  ReadHeaders,
  Cookies,
  InState,
  InServices,
  InResponse,
> extends Parts<Params, Query, Body, ReadHeaders, Cookies, InState, InServices, InResponse> {}

// Not in the interface: editors would name it, with all its types, before each property.
type Parts<Params, Query, Body, ReadHeaders, Cookies, InState, InServices, InResponse> = {
  readonly request: ContextRequest<Params, Query, Body, ReadHeaders, Cookies>;
  readonly response: InResponse;
  /** Values that belong to this request, set by middleware. */
  readonly state: InState;
  /** What plugins provide. */
  readonly services: InServices;
  /** The route that serves the request; undefined if there is none. In logs, metrics and traces, name it rather than the path. */
  readonly route: RouteInfo | undefined;
  /** The server's logger, with the correlation id on each line. */
  readonly log: Logger;
  /** What `app.fetch()` was given as `platform`: a worker's bindings, for example. */
  readonly platform: unknown;
  /**
   * Lets work continue after the answer: a worker stays alive, and `close()` waits, until the promise settles. A rejection
   * is reported like any other error of the server.
   */
  waitUntil(work: Promise<unknown>): void;
};

/** Any context: of every route, middleware and hook. For helpers. Hooks may run before any middleware, so state is partial. */
export type AnyContext = ContextParts<
  unknown,
  unknown,
  unknown,
  unknown,
  unknown,
  Partial<State>,
  Services,
  ContextResponse
>;
