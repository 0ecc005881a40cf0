import type { AsyncResource } from 'node:async_hooks';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';

import {
  type Feed,
  FEED,
  logError,
  type Outlet,
  type RequestContext,
  takeScope,
} from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';

import type { EventStreams, Stoppable } from './event-streams.ts';
import { isAftermath } from './is-aftermath.ts';

/** Called with an error after which an answer has to be broken off. */
export type OnBroken = (ctx: RequestContext, error: unknown) => void;

/**
 * Sends an event stream that writes itself, as fast as the client reads. The head is sent at once. Nothing waits for its end:
 * a function that awaits it would keep a third as much memory as all the rest.
 *
 * @param streams ends event streams when the app stops
 * @param onBroken called with what goes wrong later
 * @throws if the head can't be sent
 */
export function sendFeed(
  ctx: RequestContext,
  status: number,
  feed: Feed,
  streams: EventStreams,
  onBroken: OnBroken,
): void {
  const { exchange, response } = ctx;
  // The client may have left in the meantime.
  if (exchange.aborted) {
    feed.destroy();
    exchange.abort();
    return;
  }
  let sink: Writable;
  try {
    sink = exchange.respondStream(status, response.fields, { trailers: response.makeTrailers, flush: true });
  } catch (error) {
    feed.destroy();
    throw error;
  }
  new SentFeed(ctx, feed, sink, streams, onBroken).begin();
  exchange.compact?.();
}

/** A feed that is being sent. */
class SentFeed implements Outlet, Stoppable {
  readonly #ctx: RequestContext;
  readonly #feed: Feed;
  readonly #sink: Writable;
  readonly #streams: EventStreams;
  readonly #onBroken: OnBroken;
  /** Where the code of the feed runs. */
  readonly #scope: AsyncResource;
  #isOver = false;
  #isDone = false;

  constructor(ctx: RequestContext, feed: Feed, sink: Writable, streams: EventStreams, onBroken: OnBroken) {
    this.#ctx = ctx;
    this.#feed = feed;
    this.#sink = sink;
    this.#streams = streams;
    this.#onBroken = onBroken;
    this.#scope = ctx.response.within ?? takeScope(ctx);
  }

  begin(): void {
    this.#streams.add(this);
    this.#ctx.exchange.onClose(() => this.#letGo());
    if (!this.#isOver) this.#scope.runInAsyncScope(this.#feed[FEED], this.#feed, this);
  }

  write(chunk: string | Uint8Array): boolean {
    if (this.#isOver) return false;
    this.#ctx.response.bytes += Buffer.byteLength(chunk);
    if (this.#sink.write(chunk)) return true;
    this.#sink.once('drain', () => {
      if (!this.#isOver) this.#scope.runInAsyncScope(() => this.#feed.resume());
    });
    return false;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    try {
      this.#sink.end();
    } catch (error) {
      return this.#break(error);
    }
    void this.#finish();
  }

  fail(error: Error = closed()): void {
    if (this.#isDone) return;
    // Everything was written, but the client does not take it.
    if (this.#isOver) return this.#ctx.exchange.abort();
    this.#isOver = true;
    this.#break(error);
  }

  /** Ends it between two of its chunks, since the app stops. */
  stop(): void {
    const { request } = this.#ctx;
    const isWaiting = !this.#isOver;
    this.#scope.runInAsyncScope(() => {
      this.#feed.end();
      // Tells a source that is waiting: nothing asks it for more, so it would never find out.
      if (isWaiting) request.abandon(stopped());
    });
  }

  async #finish(): Promise<void> {
    try {
      await finished(this.#sink, { readable: false });
      this.#letGo();
    } catch (error) {
      // The feed is complete. What failed is the connection, by the client's doing.
      if (this.#ctx.exchange.aborted) this.#letGo();
      else this.#break(error);
    }
  }

  #break(error: unknown): void {
    const { exchange } = this.#ctx;
    this.#letGo();
    if (exchange.aborted && isAftermath(error, this.#ctx)) exchange.abort();
    else this.#scope.runInAsyncScope(this.#onBroken, undefined, this.#ctx, error);
  }

  /** Called, too, when the exchange is over. */
  #letGo(): void {
    if (this.#isDone) return;
    this.#isDone = true;
    this.#streams.delete(this);
    try {
      this.#scope.runInAsyncScope(() => this.#feed.destroy());
    } catch (error) {
      logError(() => this.#ctx.log, 'error', error, 'A stream that was sent could not be destroyed');
    }
  }
}

/** Why a stream ends that the app has stopped. */
export function stopped(): BlaizeError {
  return new BlaizeError(
    'ERR_BLAIZE_ABORTED',
    'The event stream was ended because the server is shutting down.',
  );
}

/** Why a stream is broken off that was closed from outside. */
export function closed(): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_STREAM_CLOSED', 'A response stream was destroyed before its end.');
}
