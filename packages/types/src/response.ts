import type { Readable } from 'node:stream';

import type { CookieOptions } from './cookie.ts';
import type { HeaderFields, HeaderValue, RawResponse } from './http.ts';
import type { StatusOf, ValueAt } from './reply.ts';
import type { RouteInfo } from './route.ts';

/** An encoded answer: text, bytes, bytes that are still to come, or none. */
export type EncodedPayload = string | Uint8Array | Readable | null;

/** How an exchange ended. */
export interface Outcome {
  /** The status that was sent; 0 if the exchange ended before that. */
  readonly status: number;
  /** Whether the answer was broken off, by either side. */
  readonly aborted: boolean;
  /** Bytes of content that were sent, before any coding of the connection; 0 for answers through `raw`. */
  readonly bytes: number;
  /** Milliseconds from the request to its end. */
  readonly duration: number;
  /** The route that served it; undefined if none did. */
  readonly route: RouteInfo | undefined;
}

/**
 * The response side of a context. It records what is to be sent; that is written once the middleware chain has
 * unwound and the `onSend` hooks have run, so middleware may change it after `await next()`.
 *
 * @typeParam Replies what may be answered, by status
 * @typeParam Status the status that was chosen
 */
export interface ContextResponse<Replies = unknown, Status extends number = number> {
  /** The status as it stands: 404 until something is recorded, then 200 unless it is set. */
  readonly statusCode: number;
  /** The recorded value, before it is encoded. */
  readonly body: unknown;
  /** Whether the head of the response is out; from then on nothing can change it. */
  readonly sent: boolean;
  /** Sets the status, 200 to 599. */
  status<Code extends StatusOf<Replies>>(code: Code): ContextResponse<Replies, Code>;
  /** One recorded header by name in any case, its lines joined with a comma. Type and length are known in `onSend`. */
  get(name: string): string | undefined;
  /** Sets a header; `undefined` removes it. @throws TypeError if the name or value is not valid (RFC 9110 section 5) */
  header(name: string, value: HeaderValue): this;
  /** All recorded headers by lower-case name. */
  headers(): Readonly<HeaderFields>;
  /** Sets several headers. */
  headers(fields: Readonly<Record<string, HeaderValue>>): this;
  /** Adds to a header. To a list such as `Vary`, only what it does not have yet. @throws as {@link ContextResponse.header} */
  append(name: string, value: string | readonly string[]): this;
  /** Sets `Content-Type`. */
  type(contentType: string): this;
  /** Adds a `Set-Cookie` line; `undefined` removes the cookie from the client. */
  cookie(name: string, value: string | undefined, options?: CookieOptions): this;
  /** Answers with JSON. */
  json(value: ValueAt<Replies, Status>): this;
  /** Answers with plain text. */
  text(value: string): this;
  /** Answers with HTML. */
  html(value: string): this;
  /** Sends the client elsewhere. Default status: 302. */
  redirect(location: string | URL, status?: 301 | 302 | 303 | 307 | 308): this;
  /**
   * Answers with what a stream or an async iterable gives.
   *
   * @param options `flush` sends the head at once instead of with the first chunk, after which a source that fails can
   *   no longer become an error response. Default: for `text/event-stream` only
   */
  stream(
    source: Readable | ReadableStream | AsyncIterable<string | Uint8Array>,
    options?: { readonly flush?: boolean | undefined },
  ): this;
  /**
   * Answers with a value as a handler would return it: bytes, text, a `Blob`, a stream, or anything else as JSON. In an
   * `onSend` hook it puts another payload in the place of the encoded one; a type that was set stays, the length is
   * counted anew.
   */
  send(value: unknown): this;
  /**
   * The answer as it will be sent, encoded once; `null` for none. For `HEAD` it is what `GET` would send. Whoever reads
   * a stream of it passes another one to {@link ContextResponse.send}.
   */
  payload(): EncodedPayload;
  /** Sends 103 Early Hints ahead of the answer (RFC 8297): `{ link: '</app.css>; rel=preload; as=style' }`. */
  earlyHints(headers: Readonly<Record<string, string | readonly string[]>>): this;
  /** Sends trailer fields behind the content; called once that has ended. For streams only (RFC 9110 section 6.5). */
  trailers(make: () => Readonly<Record<string, string>>): this;
  /** Calls `listener` once the exchange is over. For logs, metrics and clean-up. */
  onFinish(listener: (outcome: Outcome) => void): this;
  /** Node's own object for this response: `ServerResponse` (HTTP/1.1), `ServerHttp2Stream`, undefined in process. */
  readonly raw: RawResponse | undefined;
}

/** The response side of any context. */
export type AnyResponse = Pick<ContextResponse, 'statusCode' | 'sent' | 'raw' | 'get'>;
