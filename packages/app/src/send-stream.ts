import type { Readable, Writable } from 'node:stream';

import { discard, END, isEndable, type RequestContext, toChunk } from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';
import type { HeaderFields } from '@blaizejs/types';

import type { EventStreams } from './event-streams.ts';
import { closed, type OnBroken, SentBody } from './sent-body.ts';

/**
 * Sends a stream as fast as the client reads, and destroys it when the client leaves. The head is sent with the first
 * chunk, so that a source that fails at once still becomes an error response; unless it is to be flushed, as for event
 * streams, whose clients wait for it.
 *
 * @param streams ends event streams when the app stops
 * @param onBroken called with what goes wrong after that
 * @returns undefined, or what resolves, once the head is sent
 */
export function sendStream(
  ctx: RequestContext,
  status: number,
  source: Readable,
  streams: EventStreams,
  onBroken: OnBroken,
): void | Promise<void> {
  const sent = new SentStream(ctx, status, source, streams, onBroken);
  ctx.exchange.onClose(() => sent.leave());
  if (isEventStream(ctx.response)) streams.add(sent);
  return sent.begin();
}

/** Whether a response is an event stream, whose client waits for its head. */
export function isEventStream({ fields }: { readonly fields: HeaderFields }): boolean {
  return String(fields['content-type']).startsWith('text/event-stream');
}

/** Who waits for the head. */
interface Beginning {
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * A stream that is being sent. It uses events, which take two thirds of the time of iterating. It does not use `pipe()`: after
 * a drain, the source would read in the asynchronous context of the connection, not of the request.
 */
class SentStream extends SentBody {
  readonly #status: number;
  readonly #source: Readable;
  readonly #length: AnnouncedLength | undefined;
  #sink: Writable | undefined = undefined;
  #beginning: Beginning | undefined = undefined;
  #isFull = false;
  // The source may be sent to others, too, so the listeners are its own.
  readonly #onData = (chunk: unknown): void => this.#attempt(() => this.#write(chunk));
  readonly #onEnd = (): void => this.#attempt(() => this.#complete());
  readonly #onError = (error: unknown): void => this.#attempt(() => rethrow(error));
  readonly #onClose = (): void => this.#settle(closed());

  constructor(
    ctx: RequestContext,
    status: number,
    source: Readable,
    streams: EventStreams,
    onBroken: OnBroken,
  ) {
    super(ctx, streams, onBroken);
    this.#status = status;
    this.#source = source;
    const length = ctx.response.fields['content-length'];
    this.#length = length === undefined ? undefined : new AnnouncedLength(Number(length));
  }

  begin(): void | Promise<void> {
    const begun = new Promise<void>((resolve, reject) => (this.#beginning = { resolve, reject }));
    this.#listen();
    return this.#sink ? undefined : begun;
  }

  stop(): void {
    if (this.isOver) return;
    const source = this.#source;
    if (isEndable(source)) {
      source.once('end', () => this.abandon())[END]();
    } else {
      this.#onEnd();
      this.abandon();
    }
  }

  protected release(): void {
    discard(this.#source);
  }

  protected override fails(error: unknown): void {
    const beginning = this.#beginning;
    this.#beginning = undefined;
    if (beginning) beginning.reject(error);
    else super.fails(error);
  }

  get #flush(): boolean {
    const { response } = this.ctx;
    return response.flush ?? isEventStream(response);
  }

  #listen(): void {
    const source = this.#source;
    // A `data` listener starts the flow.
    this.scope.runInAsyncScope(() => source.on('data', this.#onData));
    source.on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
    if (source.errored) this.#onError(source.errored);
    else if (source.readableEnded) this.#onEnd();
    else if (source.destroyed) this.#onClose();
    else
      this.#attempt(() => {
        if (this.#flush) this.#open();
        this.scope.runInAsyncScope(() => source.resume());
      });
  }

  #write(chunk: unknown): void {
    const bytes = toChunk(chunk);
    this.#length?.take(bytes);
    this.ctx.response.bytes += Buffer.byteLength(bytes);
    const sink = this.#open();
    if (sink.write(bytes)) return;
    this.#source.pause();
    if (this.#isFull) return;
    this.#isFull = true;
    sink.once('drain', () => {
      this.#isFull = false;
      if (!this.isOver) this.scope.runInAsyncScope(() => this.#source.resume());
    });
  }

  #complete(): void {
    this.#length?.end();
    const sink = this.#open();
    this.#unlisten();
    this.finish(sink);
  }

  #open(): Writable {
    if (this.#sink) return this.#sink;
    const { exchange, response } = this.ctx;
    // The client may have left in the meantime.
    if (exchange.aborted) throw closed();
    const { fields, makeTrailers: trailers } = response;
    this.#sink = exchange.respondStream(this.#status, fields, { trailers, flush: this.#flush });
    this.#beginning?.resolve();
    this.#beginning = undefined;
    return this.#sink;
  }

  #attempt(step: () => void): void {
    try {
      step();
    } catch (error) {
      this.#settle(error);
    }
  }

  #settle(error: unknown): void {
    if (this.isOver) return;
    this.#unlisten();
    this.break(error);
    // The client had left, and there is nothing to answer.
    this.#beginning?.resolve();
    this.#beginning = undefined;
  }

  #unlisten(): void {
    this.#source
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onClose);
  }
}

function rethrow(error: unknown): never {
  // Node itself refuses this chunk of an iterable.
  if ((error as { code?: unknown } | null)?.code === 'ERR_STREAM_NULL_VALUES') toChunk(null);
  throw error;
}

/**
 * Holds a stream to its Content-Length. Over HTTP/1.1, clients would take excess bytes for the beginning of the next response
 * (RFC 9112 section 6.3), and wait for missing ones.
 */
class AnnouncedLength {
  readonly #announced: number;
  #left: number;

  constructor(bytes: number) {
    this.#announced = this.#left = bytes;
  }

  take(chunk: string | Uint8Array): void {
    if ((this.#left -= Buffer.byteLength(chunk)) < 0) throw this.#mismatch('more');
  }

  end(): void {
    if (this.#left > 0) throw this.#mismatch('less');
  }

  #mismatch(given: string): BlaizeError {
    return new BlaizeError(
      'ERR_BLAIZE_CONTENT_LENGTH',
      `A response stream yielded ${given} than the ${this.#announced} bytes that its Content-Length announces.`,
    );
  }
}
