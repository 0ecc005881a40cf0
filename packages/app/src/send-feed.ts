import type { Writable } from 'node:stream';

import { type Feed, FEED, type Outlet, type RequestContext } from '@blaizejs/context/internal';

import type { EventStreams } from './event-streams.ts';
import { closed, type OnBroken, SentBody } from './sent-body.ts';

/**
 * Sends an event stream that writes itself, as fast as the client reads. The head is sent at once.
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
  const sent = new SentFeed(ctx, feed, sink, streams, onBroken);
  streams.add(sent);
  sent.begin();
  exchange.compact?.();
}

/** A feed that is being sent. */
class SentFeed extends SentBody implements Outlet {
  readonly #feed: Feed;
  readonly #sink: Writable;

  constructor(ctx: RequestContext, feed: Feed, sink: Writable, streams: EventStreams, onBroken: OnBroken) {
    super(ctx, streams, onBroken);
    this.#feed = feed;
    this.#sink = sink;
  }

  begin(): void {
    this.ctx.exchange.onClose(() => this.leave());
    if (!this.isDone) this.scope.runInAsyncScope(() => this.#feed[FEED](this));
  }

  write(chunk: string | Uint8Array): boolean {
    if (this.isOver) return false;
    this.ctx.response.bytes += Buffer.byteLength(chunk);
    if (this.#sink.write(chunk)) return true;
    this.#sink.once('drain', () => {
      if (!this.isOver) this.scope.runInAsyncScope(() => this.#feed.resume());
    });
    return false;
  }

  end(): void {
    if (!this.isOver) this.finish(this.#sink);
  }

  fail(error: Error = closed()): void {
    if (!this.isOver) this.break(error);
    // All of it was written, but the client does not take it.
    else if (!this.isDone && this.#sink.writableLength > 0) this.ctx.exchange.abort();
  }

  stop(): void {
    const isWaiting = !this.isOver;
    this.scope.runInAsyncScope(() => this.#feed.end());
    if (isWaiting) this.abandon();
  }

  protected release(): void {
    this.#feed.destroy();
  }
}
