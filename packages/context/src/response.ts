import type { AsyncResource } from 'node:async_hooks';
import { Readable } from 'node:stream';

import { isError, leftOut } from '@blaizejs/errors/internal';
import type { ContextResponse, EncodedPayload, FormatChoices, Outcome, SelfAnswering } from '@blaizejs/types';

import { type Feed, isFeed, toFeedStream } from './feed.ts';
import { isPlain } from './is-plain.ts';
import { isJson } from './media-type.ts';
import { choiceOf } from './negotiate.ts';
import { type BodyKind, encode, isBinary } from './payload.ts';
import { isJsonValue, isReply } from './reply.ts';
import { ResponseHead } from './response-head.ts';
import {
  bodyOf,
  cookiesOf,
  fieldsOf,
  isResponse,
  type ResponseLike,
  toReasonPhrase,
} from './response-like.ts';
import { takeScope } from './storage.ts';
import { discard, isStream, onStreamError } from './to-readable.ts';

declare const BLAIZE_WITHOUT_NEGOTIATION: true | undefined;

const none = /* @__PURE__ */ leftOut('accepts() or format()');

// Fields that describe the content. They are removed when an error replaces it.
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

/** The response side of a context. Records the answer, which is sent once the chain has unwound. */
export class ResponseSide extends ResponseHead implements ContextResponse {
  body: unknown = undefined;
  kind: BodyKind = 'none';
  /** Whether to send the head of a stream at once. */
  flush: boolean | undefined = undefined;
  /** Makes the trailer fields of a stream. */
  makeTrailers: (() => Readonly<Record<string, string>>) | undefined = undefined;
  /** How often a status or body was recorded. It changes if something answers. */
  recorded = 0;
  /** Bytes of the body that were passed to the protocol. */
  bytes = 0;
  /** The `statusText` of a `Response`; only HTTP/1.1 can send it. */
  statusText: string | undefined = undefined;
  /** Whether the body was given as it is sent, by `stream()` or in a `Response`, and not as a value. */
  asIs = false;
  /** The asynchronous context in which a stream was recorded: it is read there. */
  within: AsyncResource | undefined = undefined;

  #status = 0;
  /** Undefined until the body is encoded. */
  #payload: EncodedPayload | Feed | undefined = undefined;
  #length: string | undefined = undefined;
  /** Whether a hook has taken the payload, and may be reading it. */
  #isTaken = false;
  /** The type that encoding set, because there was none. */
  #ownType: string | undefined = undefined;
  /** A stream that a hook has taken and replaced by another. */
  #source: Readable | undefined = undefined;
  /** A recorded stream that has failed, of a class that does not keep its error. */
  #failed: { readonly stream: unknown; readonly error: Error } | undefined = undefined;

  get statusCode(): number {
    return this.#status || (this.kind === 'none' ? 404 : 200);
  }

  /** Whether nothing was set or recorded: a new one would be the same. */
  get isUntouched(): boolean {
    return this.recorded === 0 && !this.hasFields;
  }

  /** Whether a status or body was recorded. */
  get answered(): boolean {
    return this.#status !== 0 || this.kind !== 'none';
  }

  status(code: number): this {
    this.assertOpen('status');
    if (!Number.isInteger(code) || code < 200 || code > 599) {
      throw new RangeError(`The status of a response must be from 200 to 599, not ${String(code)}.`);
    }
    this.#status = code;
    this.statusText = undefined;
    this.recorded += 1;
    return this;
  }

  json(value: unknown): this {
    // In a hook, the type that encoding set for text or bytes does not apply to JSON.
    if (this.#ownType !== undefined && this.fields['content-type'] === this.#ownType) {
      delete this.fields['content-type'];
    }
    return this.#record('json', value);
  }

  text(value: string): this {
    this.#record('auto', value);
    return this.type('text/plain; charset=utf-8');
  }

  html(value: string | SelfAnswering): this {
    if (typeof value !== 'string') return this.send(value);
    this.#record('auto', value);
    return this.type('text/html; charset=utf-8');
  }

  async format(choices: FormatChoices): Promise<this> {
    if (typeof BLAIZE_WITHOUT_NEGOTIATION !== 'undefined') return none();
    this.append('vary', 'accept');
    const { name, type } = choiceOf(this.ctx.request.header('accept'), choices);
    const recorded = this.recorded;
    const value = await choices[name]?.();
    if (typeof value === 'string' && !isJson(type)) {
      // Bytes, since a schema of the answer is that of its JSON.
      this.#record('auto', Buffer.from(value));
      if (type.startsWith('text/')) return this.#typeUnless(`${type}; charset=utf-8`);
    } else if (isJson(type) && isJsonValue(value)) this.json(value);
    else if (value !== undefined || this.recorded === recorded) this.answer(value);
    // Encoding sets that of plain JSON, with its charset.
    return type === 'application/json' && this.holdsValue ? this : this.#typeUnless(type);
  }

  #typeUnless(type: string): this {
    return this.kind === 'none' || this.get('content-type') !== undefined ? this : this.type(type);
  }

  redirect(location: string | URL, status: 301 | 302 | 303 | 307 | 308 = 302): this {
    // Characters that a header can't contain, such as line breaks, are percent-encoded; what is already encoded stays.
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
    this.asIs = true;
    this.flush = flush;
    return this;
  }

  send(value: unknown): this {
    if (value === null || value === undefined) return this.#record('none', undefined);
    if (typeof value === 'object' && !isPlain(value)) {
      if ('~answer' in value) {
        (value as SelfAnswering)['~answer'](this);
        return this;
      }
      if (isResponse(value)) return this.#adopt(value);
      if (isError(value)) throw value;
    }
    return this.#record('auto', value);
  }

  payload(): EncodedPayload {
    this.#isTaken = true;
    const payload = this.encode();
    return isFeed(payload) ? (this.#payload = toFeedStream(payload)) : payload;
  }

  /** As {@link ResponseSide.payload}, but does not count as taking it. */
  encode(): EncodedPayload | Feed {
    if (this.#payload === undefined) {
      // From now on the status is fixed, even if a hook replaces the body.
      if (this.kind !== 'none') this.#status = this.statusCode;
      if (this.#failed && this.#failed.stream === this.body) throw this.#failed.error;
      const given = this.fields['content-type'];
      this.#payload = encode(this.kind, this.body, this.fields);
      if (given === undefined) this.#ownType = this.fields['content-type'] as string | undefined;
      this.#failWithSource(this.#payload);
      this.#length = this.fields['content-length'] as string | undefined;
    }
    return this.#payload;
  }

  /** The length of an encoded text or of bytes. */
  get length(): string | undefined {
    return this.#length;
  }

  trailers(make: () => Readonly<Record<string, string>>): this {
    this.assertOpen('trailer');
    this.makeTrailers = make;
    return this;
  }

  onFinish(listener: (outcome: Outcome) => unknown): this {
    this.ctx.onFinish(listener);
    return this;
  }

  /**
   * Records what a handler returned. `undefined` and `null` mean 204 unless something was already recorded; a `Response` or
   * a `reply()` is the whole answer; this object means that everything was recorded; an `Error` is thrown.
   */
  answer(value: unknown): void {
    if (value === undefined || value === null) {
      // It may have answered through `raw`, or by accepting a tunnel.
      if (!this.answered && !this.sent) this.status(204);
    } else if (typeof value !== 'object') {
      this.#record('auto', value);
    } else if (isReply(value)) {
      this.send(value.value);
      if (value.headers) this.headers(value.headers);
      this.status(value.status);
    } else if (value === this || value === this.raw) {
      if (!this.answered) this.status(200);
    } else {
      this.send(value);
    }
  }

  /** Whether a schema can check what was recorded: a value, not bytes or a stream. */
  get holdsValue(): boolean {
    return this.kind === 'json' || (this.kind === 'auto' && !isBinary(this.body));
  }

  /** Replaces the recorded value by another, which is encoded in the same way. */
  replaceBody(value: unknown): void {
    this.#record(this.kind === 'none' ? 'auto' : this.kind, value);
  }

  /** Replaces the recorded value by a stream that reads from it, and releases it. */
  replaceByStream(stream: Readable): void {
    this.body = undefined;
    this.#record('auto', stream);
  }

  /** Releases a stream that will not be sent. */
  release(): void {
    // After encoding, the payload holds a Web stream or an iterable.
    discard(this.#payload ?? this.body);
  }

  /** Removes status, body and the fields that describe it. Other fields stay, such as those of CORS, and cookies. */
  reset(): void {
    this.release();
    this.body = undefined;
    this.kind = 'none';
    this.flush = this.makeTrailers = this.statusText = this.within = undefined;
    this.#payload = undefined;
    this.#status = 0;
    for (const field of CONTENT_FIELDS) delete this.fields[field];
  }

  #adopt(response: ResponseLike): this {
    const body = bodyOf(response);
    const { status, statusText = '' } = response;
    this.status(status);
    if (statusText !== '') this.statusText = toReasonPhrase(statusText);
    for (const [name, value] of fieldsOf(response)) this.header(name, value);
    const cookies = cookiesOf(response);
    if (cookies.length > 0) this.append('set-cookie', cookies);
    this.#record(body === undefined ? 'none' : 'auto', body);
    this.asIs = true;
    return this;
  }

  #record(kind: BodyKind, body: unknown): this {
    this.assertOpen('body');
    const encoded = this.#payload;
    if (encoded !== undefined) this.#replacePayload(encoded);
    else if (body !== this.body) discard(this.body);
    this.kind = kind;
    this.body = body;
    this.asIs = false;
    this.recorded += 1;
    if (kind === 'auto' && typeof body === 'object' && body !== null && !isPlain(body) && isStream(body)) {
      this.#hold(body, encoded !== undefined);
    }
    return this;
  }

  /** @param inHook whether it replaces an encoded body, and may read from that */
  #hold(stream: object, inHook: boolean): void {
    if (!inHook || !this.within) this.within = takeScope(this.ctx);
    // Until it is sent, nobody else listens, and an error would end the process.
    if (stream instanceof Readable) stream.on('error', ignore);
    else onStreamError(stream, (error) => (this.#failed = { stream, error }));
  }

  #replacePayload(before: EncodedPayload | Feed): void {
    delete this.fields['content-length'];
    this.#payload = undefined;
    if (isFeed(before)) return discard(before);
    if (!(before instanceof Readable)) return;
    if (!this.#isTaken) return discard(before);
    // The hook may feed the new one from it: it is released with the exchange.
    this.exchange.onClose(() => discard(before));
    this.#source = before;
  }

  /** `pipe()` does not pass on errors: a stream that is fed from one that fails would never end. */
  #failWithSource(payload: EncodedPayload | Feed): void {
    const source = this.#source;
    this.#source = undefined;
    if (!source || !(payload instanceof Readable)) return;
    if (source.errored) payload.destroy(source.errored);
    else source.on('error', (error) => payload.destroy(error));
  }
}

function ignore(): void {}
