import { Readable } from 'node:stream';

import { stringifySetCookie } from 'cookie';

import { BlaizeError } from '@blaizejs/errors';
import type {
  ContextResponse,
  CookieOptions,
  EncodedPayload,
  HeaderFields,
  HeaderValue,
  Outcome,
} from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { appendField, createFields, isConnectionField, joinLines, setField } from './header-fields.ts';
import { type BodyKind, discard, encode, isBinary } from './payload.ts';
import { isReply } from './reply.ts';
import type { RequestContext } from './request-context.ts';

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

/** The response side of a context: a record of what is to be sent, written when the chain has unwound. */
export class ResponseSide implements ContextResponse {
  body: unknown = undefined;
  kind: BodyKind = 'none';
  readonly fields: HeaderFields = createFields();
  /** Whether a streamed answer sends its head at once. */
  flush: boolean | undefined = undefined;
  /** Makes the trailer fields of a streamed answer. */
  makeTrailers: (() => Readonly<Record<string, string>>) | undefined = undefined;
  /** How often a status or content was recorded: says whether something has answered. */
  recorded = 0;
  /** Bytes of content that were handed to the protocol. */
  bytes = 0;

  readonly #ctx: RequestContext;
  readonly #exchange: Exchange;
  #status = 0;
  /** Undefined until the body is encoded. */
  #payload: EncodedPayload | undefined = undefined;
  #length: string | undefined = undefined;
  /** Whether somebody has been given the payload, and may be reading it. */
  #isTaken = false;
  /** The type that the payload was given when it was encoded, if it had none. */
  #ownType: string | undefined = undefined;
  /** A stream that was taken, and in whose place another came. */
  #source: Readable | undefined = undefined;

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
    this.recorded += 1;
    return this;
  }

  get(name: string): string | undefined {
    const value = this.fields[name.toLowerCase()];
    return value === undefined ? undefined : joinLines(value);
  }

  header(name: string, value: HeaderValue): this {
    this.#assertOpen('header');
    if (value === undefined) delete this.fields[name.toLowerCase()];
    else setField(this.fields, name, value, this.#exchange.protocol);
    return this;
  }

  headers(): Readonly<HeaderFields>;
  headers(fields: Readonly<Record<string, HeaderValue>>): this;
  headers(fields?: Readonly<Record<string, HeaderValue>>): Readonly<HeaderFields> | this {
    if (!fields) return this.fields;
    for (const name of Object.keys(fields)) this.header(name, fields[name]);
    return this;
  }

  append(name: string, value: string | readonly string[]): this {
    this.#assertOpen('header');
    appendField(this.fields, name, value, this.#exchange.protocol);
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
    return this.append('set-cookie', [line]);
  }

  json(value: unknown): this {
    // In a hook: the type that text or bytes were given by themselves is not that of JSON.
    if (this.#ownType !== undefined && this.fields['content-type'] === this.#ownType) {
      delete this.fields['content-type'];
    }
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

  stream(
    source: Readable | ReadableStream | AsyncIterable<string | Uint8Array>,
    { flush }: { readonly flush?: boolean | undefined } = {},
  ): this {
    this.#record('auto', source);
    this.flush = flush;
    return this;
  }

  send(value: unknown): this {
    return value === null || value === undefined
      ? this.#record('none', undefined)
      : this.#record('auto', value);
  }

  payload(): EncodedPayload {
    this.#isTaken = true;
    return this.encode();
  }

  /** As {@link ResponseSide.payload}, for those who only look. */
  encode(): EncodedPayload {
    if (this.#payload === undefined) {
      // From now on it stands, whatever takes the place of the content.
      if (this.kind !== 'none') this.#status = this.statusCode;
      const given = this.fields['content-type'];
      this.#payload = encode(this.kind, this.body, this.fields);
      if (given === undefined) this.#ownType = this.fields['content-type'] as string | undefined;
      this.#failWithSource(this.#payload);
      this.#length = this.fields['content-length'] as string | undefined;
    }
    return this.#payload;
  }

  /** Bytes of text and bytes that are encoded. */
  get length(): string | undefined {
    return this.#length;
  }

  earlyHints(headers: Readonly<Record<string, string | readonly string[]>>): this {
    const fields = createFields();
    for (const [name, value] of Object.entries(headers)) {
      if (!isConnectionField(name.toLowerCase())) setField(fields, name, value, this.#exchange.protocol);
    }
    this.#exchange.inform(103, fields);
    return this;
  }

  trailers(make: () => Readonly<Record<string, string>>): this {
    this.#assertOpen('trailer');
    this.makeTrailers = make;
    return this;
  }

  onFinish(listener: (outcome: Outcome) => void): this {
    this.#ctx.onFinish(listener);
    return this;
  }

  /**
   * Records what a handler returned: `undefined` and `null` are 204 unless something was said before, a `Response` or a
   * `reply()` says everything, this object says that everything was said, an `Error` is thrown.
   */
  answer(value: unknown): void {
    if (value === undefined || value === null) {
      // It may have answered by other means: through `raw`, or by accepting a tunnel.
      if (!this.answered && !this.sent) this.status(204);
    } else if (typeof value !== 'object') {
      this.#record('auto', value);
    } else if (value === this || value === this.raw) {
      if (!this.answered) this.status(200);
    } else if (value instanceof Response) {
      this.#adopt(value);
    } else if (value instanceof Error) {
      throw value;
    } else if (isReply(value)) {
      if (value.headers) this.headers(value.headers);
      this.status(value.status).send(value.value);
    } else {
      this.#record('auto', value);
    }
  }

  /** Whether what was recorded is a value that a schema can check, and not bytes or a stream of them. */
  get holdsValue(): boolean {
    return this.kind === 'json' || (this.kind === 'auto' && !isBinary(this.body));
  }

  /** Puts another value where one was recorded, encoded in the same way. */
  replaceBody(value: unknown): void {
    this.#record(this.kind === 'none' ? 'auto' : this.kind, value);
  }

  /** Lets go of a stream that will not be sent. */
  release(): void {
    // Once encoded, a Web stream or an iterable is held by the payload.
    discard(this.#payload ?? this.body);
  }

  /** Forgets status and content, and the fields that describe it; the others stay (CORS, cookies). */
  reset(): void {
    this.release();
    this.body = undefined;
    this.kind = 'none';
    this.flush = this.makeTrailers = undefined;
    this.#payload = undefined;
    this.#status = 0;
    for (const field of CONTENT_FIELDS) delete this.fields[field];
  }

  #adopt(response: Response): void {
    this.status(response.status);
    // One that was fetched has been decoded: these describe it as it came, not as it is.
    const decoded = response.type !== 'default' && response.headers.has('content-encoding');
    for (const [name, value] of response.headers) {
      if (name === 'set-cookie' || isConnectionField(name)) continue;
      if (decoded && (name === 'content-encoding' || name === 'content-length')) continue;
      this.header(name, value);
    }
    const cookies = response.headers.getSetCookie();
    if (cookies.length > 0) this.append('set-cookie', cookies);
    this.#record(response.body === null ? 'none' : 'auto', response.body ?? undefined);
  }

  #record(kind: BodyKind, body: unknown): this {
    this.#assertOpen('body');
    if (this.#payload !== undefined) this.#replacePayload(this.#payload);
    else if (body !== this.body) discard(this.body);
    // Until it is sent nobody else listens, and its error would end the process.
    if (body instanceof Readable) body.on('error', ignore);
    this.kind = kind;
    this.body = body;
    this.recorded += 1;
    return this;
  }

  #replacePayload(before: EncodedPayload): void {
    delete this.fields['content-length'];
    this.#payload = undefined;
    if (!(before instanceof Readable)) return;
    if (!this.#isTaken) return discard(before);
    // Whoever has taken it may feed the new one from it: it goes with the exchange.
    this.#exchange.onClose(() => discard(before));
    this.#source = before;
  }

  /** `pipe()` does not pass errors on: what is fed from a stream that fails would never end. */
  #failWithSource(payload: EncodedPayload): void {
    const source = this.#source;
    this.#source = undefined;
    if (!source || !(payload instanceof Readable)) return;
    if (source.errored) payload.destroy(source.errored);
    else source.on('error', (error) => payload.destroy(error));
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

function ignore(): void {}

function withoutUndefined(options: CookieOptions): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
