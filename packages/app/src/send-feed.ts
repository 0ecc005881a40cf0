import type { Writable } from 'node:stream';

import { type Feed, FEED, type Outlet, type RequestContext, toFeedStream } from '@blaizejs/context/internal';
import { leftOut } from '@blaizejs/errors/internal';

import type { EventStreams } from './event-streams.ts';
import { isEventStream, sendStream } from './send-stream.ts';
import { closed, type OnBroken, SentBody } from './sent-body.ts';

declare const BLAIZE_WITHOUT_FEEDS: true | undefined;

/**
 * Sends a body that writes itself, as fast as the client reads. The head of an event stream is sent at once; anything else is sent
 * as {@link sendStream} does.
 *
 * @param streams ends event streams when the app stops
 * @param onBroken called with what goes wrong later
 * @throws if the head can't be sent
 */
export const sendFeed: typeof sendWhole =
  typeof BLAIZE_WITHOUT_FEEDS === 'undefined' ? sendWhole : leftOut('FEED');

function sendWhole(
  ctx: RequestContext,
  status: number,
  feed: Feed,
  streams: EventStreams,
  onBroken: OnBroken,
): void | Promise<void> {
  const { exchange, response } = ctx;
  if (!isEventStream(response)) return sendStream(ctx, status, toFeedStream(feed), streams, onBroken);
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
