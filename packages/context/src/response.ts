import { Readable } from 'node:stream';

import { isError } from '@blaizejs/errors/internal';
import type { ContextResponse, EncodedPayload, Outcome } from '@blaizejs/types';

import { isPlain } from './is-plain.ts';
import { type BodyKind, encode, isBinary } from './payload.ts';
import { isReply } from './reply.ts';
import { ResponseHead } from './response-head.ts';
import { bodyOf, cookiesOf, fieldsOf, isResponse, type ResponseLike } from './response-like.ts';
import { type Snapshot, takeSnapshot } from './storage.ts';
import { discard, isStream, onStreamError } from './to-readable.ts';
import { unsendable } from './unsendable.ts';

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
export class ResponseSide extends ResponseHead implements ContextResponse {
  body: unknown = undefined;
  kind: BodyKind = 'none';
  /** Whether a streamed answer sends its head at once. */
  flush: boolean | undefined = undefined;
  /** Makes the trailer fields of a streamed answer. */
  makeTrailers: (() => Readonly<Record<string, string>>) | undefined = undefined;
  /** How often a status or content was recorded: says whether something has answered. */
  recorded = 0;
  /** Bytes of content that were handed to the protocol. */
  bytes = 0;
  /** What a `Response` says beside its status; HTTP/1.1 can send that. */
  statusText: string | undefined = undefined;
  /** The asynchronous context in which a stream was recorded: it is read in that. */
  within: Snapshot | undefined = undefined;

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
  /** A recorded stream that has failed, of a kind that does not say so by itself. */
  #failed: { readonly stream: unknown; readonly error: Error } | undefined = undefined;

  get statusCode(): number {
    return this.#status || (this.kind === 'none' ? 404 : 200);
  }

  /** Whether anything was said that makes an answer: a status or content. */
  get answered(): boolean {
    return this.#status !== 0 || this.kind !== 'none';
  }

  status(code: number): this {
    this.assertOpen('status');
    if (!Number.isInteger(code) || code < 200 || code > 599) {
      throw new RangeError(`A response has a status from 200 to 599, not ${String(code)}.`);
    }
    this.#status = code;
    this.statusText = undefined;
    this.recorded += 1;
    return this;
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
    if (value === null || value === undefined) return this.#record('none', undefined);
    if (typeof value === 'object' && !isPlain(value)) {
      if (isResponse(value)) return this.#adopt(value);
      if (isError(value)) throw value;
    }
    return this.#record('auto', value);
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
      if (this.#failed && this.#failed.stream === this.body) throw this.#failed.error;
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
   * Records what a handler returned: `undefined` and `null` are 204 unless something was said before, a `Response` or a
   * `reply()` says everything, this object says that everything was said, an `Error` is thrown.
   */
  answer(value: unknown): void {
    if (value === undefined || value === null) {
      // It may have answered by other means: through `raw`, or by accepting a tunnel.
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
    return this.#record(body === undefined ? 'none' : 'auto', body);
  }

  #record(kind: BodyKind, body: unknown): this {
    this.assertOpen('body');
    const encoded = this.#payload;
    if (encoded !== undefined) this.#replacePayload(encoded);
    else if (body !== this.body) discard(this.body);
    this.kind = kind;
    this.body = body;
    this.recorded += 1;
    if (kind === 'auto' && typeof body === 'object' && body !== null && !isPlain(body) && isStream(body)) {
      this.#hold(body, encoded !== undefined);
    }
    return this;
  }

  /** @param inHook whether it takes the place of what was encoded, and may be fed from that */
  #hold(stream: object, inHook: boolean): void {
    if (!inHook || !this.within) this.within = takeSnapshot(this.ctx);
    // Until it is sent nobody else listens, and its error would end the process.
    if (stream instanceof Readable) stream.on('error', ignore);
    else onStreamError(stream, (error) => (this.#failed = { stream, error }));
  }

  #replacePayload(before: EncodedPayload): void {
    delete this.fields['content-length'];
    this.#payload = undefined;
    if (!(before instanceof Readable)) return;
    if (!this.#isTaken) return discard(before);
    // Whoever has taken it may feed the new one from it: it goes with the exchange.
    this.exchange.onClose(() => discard(before));
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
}

/** @throws TypeError for what HTTP/1.1 could not send (RFC 9112 section 4) */
function toReasonPhrase(text: string): string {
  if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) {
    throw unsendable(
      'The statusText of the Response that was answered has characters that HTTP/1.1 can not send.',
    );
  }
  return text;
}

function ignore(): void {}
