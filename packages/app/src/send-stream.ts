import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

import {
  discard,
  END,
  isEndable,
  logError,
  type RequestContext,
  type Snapshot,
  takeScope,
  toChunk,
} from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';
import type { HeaderFields } from '@blaizejs/types';

import type { EventStreams } from './event-streams.ts';
import { isAftermath } from './is-aftermath.ts';
import { closed, stopped } from './send-feed.ts';

/**
 * Sends a stream as fast as the client reads, and destroys it when the client leaves. The head is sent with the first
 * chunk, so that a source that fails at once still becomes an error response; unless it is to be flushed, as for event
 * streams, whose clients wait for it.
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
  const scope = response.within ?? takeScope(ctx);
  const within: Snapshot = (fn, ...args) => scope.runInAsyncScope(fn, undefined, ...args);
  const letGo = (): void => {
    try {
      within(discard, source);
    } catch (error) {
      // Its class may override `destroy()`.
      logError(() => ctx.log, 'error', error, 'A stream that was sent could not be destroyed');
    }
  };
  const sent = { stop: () => source.emit(END) };
  exchange.onClose(() => {
    // A source may wait for ever before it ends.
    streams.delete(sent);
    letGo();
  });
  const isEvents = isEventStream(response);
  if (isEvents) streams.add(sent);
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
    // If the client left before the head was sent, the exchange has not ended yet.
    exchange.abort();
  } finally {
    if (isEvents) streams.delete(sent);
    letGo();
  }
}

/** How a stream is sent. */
interface Sending {
  readonly ctx: RequestContext;
  /** Runs the code of the source in the asynchronous context of the request. */
  readonly within: Snapshot;
  readonly length: AnnouncedLength;
  readonly flush: boolean;
}

/**
 * Writes all chunks of a source to the sink that `begin` opens for the first of them, and returns that sink. It uses events,
 * which take two thirds of the time of iterating. It does not use `pipe()`: after a drain, the source would read in the
 * asynchronous context of the connection, not of the request.
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
      // The client may have left in the meantime.
      if (ctx.exchange.aborted) throw closed();
      return begin().on('drain', resume);
    };
    const settle = (error?: unknown): void => {
      source
        .off('data', onData)
        .off('end', onEnd)
        .off(END, onStop)
        .off('error', onError)
        .off('close', onClose);
      sink?.off('drain', resume);
      if (error === undefined && sink) resolve(sink);
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the original error is passed on
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
    const onError = (error: unknown): void =>
      attempt(() => {
        // Node itself refuses this chunk of an iterable.
        if ((error as { code?: unknown } | null)?.code === 'ERR_STREAM_NULL_VALUES') toChunk(null);
        throw error;
      });
    const onClose = (): void => settle(closed());
    // Tells a source that is waiting: nothing asks it for more, so it would never find out.
    const abandon = (): void => within(() => ctx.request.abandon(stopped()));
    const onStop = (): void => {
      if (isEndable(source)) {
        source.once('end', abandon)[END]();
      } else {
        onEnd();
        abandon();
      }
    };

    // A `data` listener starts the flow.
    within(() => source.on('data', onData));
    source.on('end', onEnd).on(END, onStop).on('error', onError).on('close', onClose);
    if (source.errored) onError(source.errored);
    else if (source.readableEnded) onEnd();
    else if (source.destroyed) onClose();
    else
      attempt(() => {
        if (flush) sink = open();
        resume();
      });
  });
}

/** Whether a response is an event stream, whose client waits for its head. */
export function isEventStream({ fields }: { readonly fields: HeaderFields }): boolean {
  return String(fields['content-type']).startsWith('text/event-stream');
}

/**
 * Holds a stream to its Content-Length, if it has one. Over HTTP/1.1, clients would take excess bytes for the beginning of
 * the next response (RFC 9112 section 6.3), and wait for missing ones.
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
      `A response stream yielded ${given} than the ${this.#announced} bytes that its Content-Length announces.`,
    );
  }
}
