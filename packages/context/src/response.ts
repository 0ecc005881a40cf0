import { validateHeaderName, validateHeaderValue } from 'node:http';
import { Readable } from 'node:stream';

import { stringifySetCookie } from 'cookie';

import { BlaizeError } from '@blaizejs/errors';
import type { ContextResponse, CookieOptions, HeaderFields } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import type { RequestContext } from './request-context.ts';
import { runWithContext } from './storage.ts';

/** How the recorded body is to be written: by what it is, as JSON whatever it is, or not at all. */
export type BodyKind = 'none' | 'auto' | 'json';

type HeaderInput = string | number | readonly string[] | undefined;

// RFC 9113 section 8.2.2: fields about the connection mean nothing, and are malformed, over HTTP/2.
const CONNECTION_FIELDS = new Set([
  'connection',
  'http2-settings',
  'keep-alive',
  'proxy-connection',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

// How content is framed is never up to the application: next to a length these would be a way to smuggle (RFC 9112
// section 6.3), and no trailers are sent.
const FRAMING_FIELDS = new Set(['trailer', 'transfer-encoding']);

// Fields that a message has one line of at the most (RFC 9110 section 5.3).
const SINGLE_LINES = new Set([
  'age',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-range',
  'content-type',
  'date',
  'etag',
  'expires',
  'last-modified',
  'location',
  'retry-after',
  'server',
]);

// What describes content that is no longer sent when an error takes its place.
const CONTENT_FIELDS = [
  'content-type',
  'content-length',
  'content-encoding',
  'content-disposition',
  'content-language',
  'content-range',
  'cache-control',
  'etag',
  'expires',
  'last-modified',
];

// Inherits nothing, as `Object.create(null)` does not, but is no dictionary for V8: a request takes 0.25 µs less.
const Fields = function () {} as unknown as new () => HeaderFields;
Fields.prototype = Object.create(null) as object;

/** The response side of a context: a record of what is to be sent, written when the chain has unwound. */
export class ResponseSide implements ContextResponse {
  body: unknown = undefined;
  kind: BodyKind = 'none';
  readonly fields: HeaderFields = new Fields();

  readonly #ctx: RequestContext;
  readonly #exchange: Exchange;
  #status = 0;

  constructor(ctx: RequestContext, exchange: Exchange) {
    this.#ctx = ctx;
    this.#exchange = exchange;
  }

  get statusCode(): number {
    return this.#status || (this.kind === 'none' ? 404 : 200);
  }

  /** Whether anything was said that makes an answer: a status or content. */
  get answered(): boolean {
    return this.#status !== 0 || this.kind !== 'none';
  }

  get sent(): boolean {
    return this.#exchange.responded;
  }

  get raw(): ContextResponse['raw'] {
    return this.#exchange.rawResponse;
  }

  status(code: number): this {
    this.#assertOpen('status');
    if (!Number.isInteger(code) || code < 200 || code > 599) {
      throw new RangeError(`A response has a status from 200 to 599, not ${String(code)}.`);
    }
    this.#status = code;
    return this;
  }

  header(name: string, value: HeaderInput): this {
    this.#assertOpen('header');
    const field = name.toLowerCase();
    if (value === undefined) {
      delete this.fields[field];
      return this;
    }
    validateHeaderName(field);
    if (CONNECTION_FIELDS.has(field) && (this.#exchange.protocol === 'HTTP/2' || FRAMING_FIELDS.has(field))) {
      return this;
    }
    if (Array.isArray(value)) {
      if (value.length > 1 && SINGLE_LINES.has(field)) {
        throw new TypeError(`A response has one line of ${field}, not ${value.length}.`);
      }
      this.fields[field] = value.map((line) => toLine(field, line));
    } else {
      this.fields[field] = toLine(field, value);
    }
    return this;
  }

  headers(fields: Readonly<Record<string, HeaderInput>>): this {
    for (const name of Object.keys(fields)) this.header(name, fields[name]);
    return this;
  }

  type(contentType: string): this {
    return this.header('content-type', contentType);
  }

  cookie(name: string, value: string | undefined, options: CookieOptions = {}): this {
    const line = stringifySetCookie(name, (value ?? '').toWellFormed(), {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: this.#ctx.request.scheme === 'https',
      ...withoutUndefined(options),
      ...(value === undefined ? { maxAge: 0, expires: new Date(0) } : {}),
    });
    const before = this.fields['set-cookie'];
    return this.header('set-cookie', before === undefined ? [line] : [...[before].flat(), line]);
  }

  json(value: unknown): this {
    return this.#record('json', value);
  }

  text(value: string): this {
    this.#record('auto', value);
    return this.type('text/plain; charset=utf-8');
  }

  html(value: string): this {
    this.#record('auto', value);
    return this.type('text/html; charset=utf-8');
  }

  redirect(location: string | URL, status: 301 | 302 | 303 | 307 | 308 = 302): this {
    // Whatever a header may not hold is percent-encoded, line breaks among it; what is encoded already stays.
    const target = String(location)
      .toWellFormed()
      .replaceAll(/[^\x21-\x7e]+/g, encodeURIComponent);
    this.header('location', target);
    return this.status(status);
  }

  stream(source: Readable | ReadableStream | AsyncIterable<string | Uint8Array>): this {
    return this.#record('auto', source);
  }

  onFinish(listener: (outcome: { readonly aborted: boolean }) => void): this {
    this.#exchange.onClose(() => {
      runWithContext(this.#ctx, listener, { aborted: this.#exchange.aborted });
    });
    return this;
  }

  /**
   * Records what a handler returned: `undefined` and `null` are 204 unless something was said before, a `Response`
   * says everything, this object says that everything was said, an `Error` is thrown.
   */
  answer(value: unknown): void {
    if (value === undefined || value === null) {
      if (!this.answered) this.status(204);
    } else if (value === this || value === this.raw) {
      if (!this.answered) this.status(200);
    } else if (value instanceof Response) {
      this.#adopt(value);
    } else if (value instanceof Error) {
      throw value;
    } else {
      this.#record('auto', value);
    }
  }

  /** Whether what was recorded is a value that a schema can check, and not bytes or a stream of them. */
  get holdsValue(): boolean {
    return this.kind === 'json' || (this.kind === 'auto' && !isBinary(this.body));
  }

  /** Puts another value where one was recorded, written in the same way. */
  replaceBody(value: unknown): void {
    this.#record(this.kind === 'none' ? 'auto' : this.kind, value);
  }

  /** Forgets status and content, and the fields that describe it; the others stay (CORS, cookies). */
  reset(): void {
    discard(this.body);
    this.body = undefined;
    this.kind = 'none';
    this.#status = 0;
    for (const field of CONTENT_FIELDS) delete this.fields[field];
  }

  #adopt(response: Response): void {
    this.status(response.status);
    // One that was fetched has been decoded: these describe it as it came, not as it is.
    const decoded = response.type !== 'default' && response.headers.has('content-encoding');
    for (const [name, value] of response.headers) {
      if (name === 'set-cookie' || CONNECTION_FIELDS.has(name)) continue;
      if (decoded && (name === 'content-encoding' || name === 'content-length')) continue;
      this.header(name, value);
    }
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) {
      this.header('set-cookie', [...[this.fields['set-cookie'] ?? []].flat(), ...cookies]);
    }
    this.#record(response.body === null ? 'none' : 'auto', response.body ?? undefined);
  }

  #record(kind: BodyKind, body: unknown): this {
    this.#assertOpen('content');
    if (body !== this.body) discard(this.body);
    // Until it is sent nobody else listens, and its error would end the process.
    if (body instanceof Readable) body.on('error', ignore);
    this.kind = kind;
    this.body = body;
    return this;
  }

  #assertOpen(what: string): void {
    if (this.#exchange.responded) {
      throw new BlaizeError(
        'ERR_BLAIZE_RESPONSE_SENT',
        `The ${what} of a response was set after it had been sent. Set it before the handler and all middleware end.`,
      );
    }
  }
}

/** Whether a value is bytes, or gives them piece by piece, rather than something to be written as text or JSON. */
export function isBinary(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    (ArrayBuffer.isView(value) ||
      value instanceof ArrayBuffer ||
      value instanceof Blob ||
      value instanceof ReadableStream ||
      Symbol.asyncIterator in value)
  );
}

/** Lets go of a stream that will not be sent. */
export function discard(body: unknown): void {
  if (body instanceof Readable) body.on('error', ignore).destroy();
  else if (body instanceof ReadableStream && !body.locked) void body.cancel().catch(ignore);
}

function toLine(field: string, value: unknown): string {
  const line = String(value);
  validateHeaderValue(field, line);
  if (field === 'content-length' && !/^\d+$/.test(line)) {
    throw new TypeError(`content-length is a number of bytes, not ${JSON.stringify(line)}.`);
  }
  // Whitespace around a value is no part of it, and makes it malformed over HTTP/2 (RFC 9113 section 8.2.1).
  return line.trim();
}

function ignore(): void {}

function withoutUndefined(options: CookieOptions): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
