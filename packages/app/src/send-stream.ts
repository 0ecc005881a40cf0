import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

import {
  discard,
  logError,
  type RequestContext,
  type Snapshot,
  takeSnapshot,
} from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';

import { END, type EventStreams } from './event-streams.ts';
import { isAftermath } from './is-aftermath.ts';

/**
 * Writes a stream, as fast as the client takes it, and destroys it when the client leaves. Its first chunk is awaited
 * before the head goes out, so that a source that fails at once still gets a proper error response; unless the head is to
 * be flushed, as for events, whose reader waits for it.
 *
 * @param streams ends event streams when the app stops
 */
export async function sendStream(
  ctx: RequestContext,
  status: number,
  source: Readable,
  streams: EventStreams,
): Promise<void> {
  const { exchange, response } = ctx;
  const { fields, makeTrailers: trailers } = response;
  const within = response.within ?? takeSnapshot(ctx);
  const letGo = (): void => {
    try {
      within(discard, source);
    } catch (error) {
      // Its class has a `destroy()` of its own.
      logError(() => ctx.log, 'error', error, 'A stream that was sent could not be destroyed');
    }
  };
  exchange.onClose(letGo);
  const isEvents = String(fields['content-type']).startsWith('text/event-stream');
  if (isEvents) streams.add(source);
  try {
    const length = new AnnouncedLength(fields['content-length']);
    const flush = response.flush ?? isEvents;
    const sink = await pump({ ctx, within, length, flush }, source, () =>
      exchange.respondStream(status, fields, { trailers, flush }),
    );
    sink.end();
    await finished(sink, { readable: false }).catch((error: unknown) => {
      // The source is complete. What failed is the connection, by the client's doing.
      if (!exchange.aborted) throw error;
    });
  } catch (error) {
    if (!exchange.aborted || !isAftermath(error, ctx)) throw error;
    // Who was reset before the head was out is told that its answer has come to an end.
    exchange.abort();
  } finally {
    if (isEvents) streams.delete(source);
    letGo();
  }
}

/** How a stream is sent. */
interface Sending {
  readonly ctx: RequestContext;
  /** Runs what belongs to the source. */
  readonly within: Snapshot;
  readonly length: AnnouncedLength;
  readonly flush: boolean;
}

/**
 * Moves all chunks from a source to the sink that `begin` gives with the first of them; gives that sink. By events, which
 * takes two thirds of the time of iterating, and by hand, for what the source does to read to belong to the request:
 * piped, it would belong to the connection after a drain.
 */
function pump(
  { ctx, within, length, flush }: Sending,
  source: Readable,
  begin: () => Writable,
): Promise<Writable> {
  return new Promise((resolve, reject) => {
    let sink: Writable | undefined;
    const resume = (): void => {
      within(() => source.resume());
    };
    const open = (): Writable => {
      // It failed, or the client left, just now.
      if (ctx.exchange.aborted) throw closed();
      return begin().on('drain', resume);
    };
    const settle = (error?: unknown): void => {
      source
        .off('data', onData)
        .off('end', onEnd)
        .off(END, onStop)
        .off('error', settle)
        .off('close', onClose);
      sink?.off('drain', resume);
      if (error === undefined && sink) resolve(sink);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it stays what it was
      else reject(error);
    };
    const attempt = (step: () => void): void => {
      try {
        step();
      } catch (error) {
        settle(error);
      }
    };
    const onData = (chunk: unknown): void =>
      attempt(() => {
        const bytes = length.take(toChunk(chunk));
        ctx.response.bytes += Buffer.byteLength(bytes);
        if (!(sink ??= open()).write(bytes)) source.pause();
      });
    const onEnd = (): void =>
      attempt(() => {
        length.end();
        sink ??= open();
        settle();
      });
    const onClose = (): void => settle(closed());
    const onStop = (): void => {
      onEnd();
      // For a source that waits: it is not asked for more, and would never hear that it has ended.
      within(() => ctx.request.abandon(stopped()));
    };

    // A listener for data makes it flow.
    within(() => source.on('data', onData));
    source.on('end', onEnd).on(END, onStop).on('error', settle).on('close', onClose);
    if (source.errored) settle(source.errored);
    else if (source.readableEnded) onEnd();
    else if (source.destroyed) onClose();
    else
      attempt(() => {
        if (flush) sink = open();
        resume();
      });
  });
}

function stopped(): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_ABORTED', 'The event stream was ended, because the server stops.');
}

function closed(): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_STREAM_CLOSED', 'A stream that is sent was destroyed before its end.');
}

function toChunk(chunk: unknown): string | Uint8Array {
  if (typeof chunk === 'string' || chunk instanceof Uint8Array) return chunk;
  // Bytes of another realm, or other than of one byte each.
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  throw new BlaizeError(
    'ERR_BLAIZE_STREAM_CHUNK',
    `A stream that is sent gives strings and bytes; this one gave a value of type ${typeof chunk}.`,
  );
}

/**
 * Holds a stream to the length that its head announces, if it does. Over HTTP/1.1, what there is more would be taken for
 * the beginning of the next response (RFC 9112 section 6.3); what is missing, for something that is still to come.
 */
class AnnouncedLength {
  readonly #announced: number;
  #left: number;

  constructor(field: string | string[] | undefined) {
    this.#announced = this.#left = field === undefined ? Infinity : Number(field);
  }

  take(chunk: string | Uint8Array): string | Uint8Array {
    if (this.#left !== Infinity && (this.#left -= Buffer.byteLength(chunk)) < 0) throw this.#mismatch('more');
    return chunk;
  }

  end(): void {
    if (this.#left !== Infinity && this.#left > 0) throw this.#mismatch('less');
  }

  #mismatch(given: string): BlaizeError {
    return new BlaizeError(
      'ERR_BLAIZE_CONTENT_LENGTH',
      `A stream gave ${given} than the ${this.#announced} bytes that its Content-Length announces.`,
    );
  }
}
