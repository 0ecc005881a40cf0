import type { IncomingMessage, ServerResponse } from 'node:http';

/** Goes on to what comes next. With an error (anything but `'route'` and `'router'`), that error is thrown there. */
export type ConnectNext = (error?: unknown) => void;

/**
 * The request as Connect middleware sees it: what Node's `IncomingMessage` has over HTTP/1.1, and what Express adds, also over
 * HTTP/2 and in process. It is not an instance of `IncomingMessage`.
 */
export interface ConnectRequest extends IncomingMessage {
  method: string;
  /** Path and query; with the option `path`, below that path. Changing it does not change the route. */
  url: string;
  /** Path and query as they arrived. */
  originalUrl: string;
  /** The option `path` of the middleware that is running; empty if it has none. */
  baseUrl: string;
  /** The query, parsed when first read. */
  query: Record<string, unknown>;
  /** The path parameters of the route. */
  params: Record<string, string | undefined>;
  /** Set by middleware that reads bodies. */
  body?: unknown;
  readonly path: string;
  /** The address of the client, behind trusted proxies (`trustProxy`). */
  readonly ip: string;
  /** Always empty: which proxies there were is not known here. */
  readonly ips: readonly string[];
  readonly protocol: 'http' | 'https';
  readonly secure: boolean;
  readonly hostname: string;
  readonly host: string;
  readonly xhr: boolean;
  readonly res: ConnectResponse;
  /** One header by name, in any case. */
  get(name: string): string | string[] | undefined;
  header(name: string): string | string[] | undefined;
}

/**
 * The response as Connect middleware sees it: what Node's `ServerResponse` has over HTTP/1.1, and a part of what Express adds. Headers
 * are those of `ctx.response`. It is not an instance of `ServerResponse`.
 */
export interface ConnectResponse extends ServerResponse {
  /** For values that middleware passes on to others. */
  locals: Record<string, unknown>;
  status(code: number): this;
  sendStatus(code: number): this;
  /** Sets a header, or several. */
  set(name: string | Readonly<Record<string, unknown>>, value?: unknown): this;
  header(name: string | Readonly<Record<string, unknown>>, value?: unknown): this;
  get(name: string): string | string[] | number | undefined;
  /** Adds to a header. */
  append(name: string, value: string | readonly string[]): this;
  vary(name: string | readonly string[]): this;
  /** Sets `Content-Type`: a media type, or one of `html`, `json`, `text` and a few more. */
  type(type: string): this;
  location(url: string): this;
  redirect(url: string): void;
  redirect(status: number, url: string): void;
  /** Adds a `Set-Cookie` line. `maxAge` is in milliseconds, as Express has it. */
  cookie(name: string, value: unknown, options?: ConnectCookieOptions): this;
  clearCookie(name: string, options?: ConnectCookieOptions): this;
  json(value?: unknown): this;
  send(body?: unknown): this;
}

/** The options of `res.cookie()`. */
export interface ConnectCookieOptions {
  readonly domain?: string | undefined;
  /** Default: `encodeURIComponent`. */
  readonly encode?: ((value: string) => string) | undefined;
  readonly expires?: Date | undefined;
  readonly httpOnly?: boolean | undefined;
  /** Milliseconds. */
  readonly maxAge?: number | undefined;
  readonly partitioned?: boolean | undefined;
  /** Default: `/`. */
  readonly path?: string | undefined;
  readonly priority?: 'low' | 'medium' | 'high' | undefined;
  readonly sameSite?: boolean | 'lax' | 'strict' | 'none' | undefined;
  readonly secure?: boolean | undefined;
}

/** Connect middleware whose parameters are typed here. */
export type ConnectHandler<Added = unknown> = (
  req: ConnectRequest & Added,
  res: ConnectResponse,
  next: ConnectNext,
) => unknown;

/** Connect middleware that handles errors: those of what comes after it. */
export type ConnectErrorHandler<Added = unknown> = (
  error: unknown,
  req: ConnectRequest & Added,
  res: ConnectResponse,
  next: ConnectNext,
) => unknown;

/** Connect middleware with types of its own, such as those of Express. With four parameters, it handles errors. */
export type ForeignHandler =
  | ((req: never, res: never, next: ConnectNext) => unknown)
  | ((error: never, req: never, res: never, next: ConnectNext) => unknown);

/** What {@link connect} takes: one, or a list, which may have lists in it. */
export type ConnectInput = ForeignHandler | readonly ConnectInput[];

/** What `connect()` puts on `ctx.state`. */
export interface ConnectState<Added = unknown> {
  /** The objects that the middleware saw, with what it has put on them. */
  readonly connect: { readonly req: ConnectRequest & Added; readonly res: ConnectResponse };
}
