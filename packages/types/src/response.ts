import type { Readable } from 'node:stream';

import type { FormatChoices } from './content.ts';
import type { CookieOptions } from './cookie.ts';
import type { HeaderFields, HeaderValue, RawResponse } from './http.ts';
import type { PlainValue, StatusOf, ValueAt } from './reply.ts';
import type { RouteInfo } from './route.ts';

/** An encoded answer: text, bytes, a stream of bytes, or nothing. */
export type EncodedPayload = string | Uint8Array | Readable | null;

/** A value that records itself as the answer when a handler returns it, such as a page of `@blaizejs/views`. */
export interface SelfAnswering {
  /** Records the body and its type; a status that was set stays. */
  '~answer'(response: ContextResponse): void;
}

/** How an exchange ended. */
export interface Outcome {
  /** The status that was sent; 0 if the exchange ended before that. */
  readonly status: number;
  /** Whether the answer was broken off, by either side. */
  readonly aborted: boolean;
  /** Bytes of the body that were sent, before TLS and framing; 0 for answers through `raw`. */
  readonly bytes: number;
  /** Milliseconds from the request to its end. */
  readonly duration: number;
  /** The route that served it; undefined if none did. */
  readonly route: RouteInfo | undefined;
}

/**
 * The response side of a context. It records the answer, which is sent once the middleware chain has unwound and the
 * `onSend` hooks have run, so middleware may change it after `await next()`.
 */
export interface ContextResponse {
  /** The current status: 404 until something is recorded, then 200 unless it was set. */
  readonly statusCode: number;
  /** The recorded value, before it is encoded. */
  readonly body: unknown;
  /** Whether status and headers have been sent; nothing can change them after that. */
  readonly sent: boolean;
  /** Sets the status, 200 to 599. */
  status(code: number): ContextResponse;
  /** Reads one recorded header by name, in any case, its lines joined with a comma. Type and length are known in `onSend`. */
  get(name: string): string | undefined;
  /** Sets a header; `undefined` removes it. @throws TypeError if the name or value is not valid (RFC 9110 section 5) */
  header(name: string, value: HeaderValue): this;
  /** All recorded headers by lower-case name. */
  headers(): Readonly<HeaderFields>;
  /** Sets several headers. */
  headers(values: Readonly<Record<string, HeaderValue>>): this;
  /** Adds to a header; to a list such as `Vary`, only what is not in it yet. @throws as {@link ContextResponse.header} */
  append(name: string, value: string | readonly string[]): this;
  /** Sets `Content-Type`. */
  type(contentType: string): this;
  /** Adds a `Set-Cookie` line; `undefined` removes the cookie from the client. */
  cookie(name: string, value: string | undefined, options?: CookieOptions): this;
  /** Answers with JSON. */
  json(value: unknown): this;
  /** Answers with plain text. */
  text(value: string): this;
  /** Answers with HTML: a text, or a page of `@blaizejs/views`. */
  html(value: string | SelfAnswering): this;
  /**
   * Answers in the format that the client likes best, and sets `Vary: Accept`. Each function returns what a handler would, or
   * records it. Response schemas check the value of JSON only; other texts are sent as they are.
   *
   * ```ts
   * return ctx.response.format({ json: () => user, html: () => page(user) });
   * ```
   *
   * @param choices by media type, the default first: it is for clients that accept anything
   * @throws NotAcceptableError (406) if the client accepts none of them
   */
  format(choices: FormatChoices): Promise<this>;
  /** Sends the client elsewhere. Default status: 302. */
  redirect(location: string | URL, status?: 301 | 302 | 303 | 307 | 308): this;
  /**
   * Answers with what a stream or an async iterable yields.
   *
   * @param options `flush` sends status and headers at once instead of with the first chunk; a source that fails after
   *   that can no longer become an error response. Default: for `text/event-stream` only
   */
  stream(
    source: Readable | ReadableStream | AsyncIterable<string | Uint8Array>,
    options?: { readonly flush?: boolean | undefined },
  ): this;
  /**
   * Answers with a value as if a handler had returned it: bytes, text, a `Blob`, a stream, or anything else as JSON. In an
   * `onSend` hook it replaces the encoded payload: a type that was set stays, and the length is set again.
   */
  send(value: unknown): this;
  /**
   * The answer as it will be sent, encoded once; `null` for none. For `HEAD` it is what `GET` would send. If it is
   * a stream and a hook reads it, the hook passes another one to {@link ContextResponse.send}.
   */
  payload(): EncodedPayload;
  /**
   * Sends 103 Early Hints before the answer (RFC 8297): `{ link: '</app.css>; rel=preload; as=style' }`. Does nothing over HTTP/1.0, and
   * once the answer has begun.
   *
   * @param headers default: the `Link` header that was set until now, if any
   */
  earlyHints(headers?: Readonly<Record<string, string | readonly string[]>>): this;
  /**
   * Pushes the answer to a GET of this origin (HTTP/2 server push, RFC 9113 section 8.4), which passes the routes and middleware as a
   * request of its own. Browsers no longer accept pushes; `earlyHints()` is for them. Of the request's headers, only `Accept`,
   * `Accept-Encoding` and `Accept-Language` are in the promise.
   *
   * @param path with its query: `/users/1?full=1`
   * @param headers further headers of the promised request
   * @returns false if nothing is pushed: over HTTP/1.1, to a client that has not allowed it, during a shutdown, from a pushed
   *   answer, and if 10 are already being pushed on the connection
   * @throws TypeError for a path that is not one, and for a header that is not valid
   */
  push(path: string, headers?: Readonly<Record<string, string | readonly string[]>>): boolean;
  /** Sends trailers after a stream (RFC 9110 section 6.5). `make` is called when the stream has ended. */
  trailers(make: () => Readonly<Record<string, string>>): this;
  /**
   * Calls `listener` when the exchange is over, in the asynchronous context in which it was added. For logs, metrics and
   * clean-up. If it throws, or its promise rejects, that is logged.
   */
  onFinish(listener: (outcome: Outcome) => unknown): this;
  /** Node's own object for this response: `ServerResponse` (HTTP/1.1), `ServerHttp2Stream`, undefined in process. */
  readonly raw: RawResponse | undefined;
}

/**
 * The response side of a context in a route with response schemas, which type what may be answered.
 *
 * @typeParam Replies the possible answers by status
 */
export interface RouteResponse<Replies = unknown> extends ContextResponse {
  /** Sets the status, 200 to 599. */
  status<Code extends StatusOf<Replies>>(code: Code): StatusResponse<ValueAt<Replies, Code>>;
  /** Answers with JSON. */
  json(value: PlainValue<Replies>): this;
}

/** A response whose status is set, and with it the type of its body. */
export interface StatusResponse<Value = unknown> extends ContextResponse {
  /** Answers with JSON. */
  json(value: Value): this;
}

/** A response as handlers and middleware may return it. */
export interface RecordedResponse extends Pick<ContextResponse, 'statusCode' | 'sent' | 'raw' | 'get'> {}
