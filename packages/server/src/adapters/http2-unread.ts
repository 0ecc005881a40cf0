import { constants } from 'node:http2';

import type { Http2Exchange } from './http2-exchange.ts';
import { answeredFirst, isRead } from './unread-body.ts';

const { NGHTTP2_NO_ERROR, NGHTTP2_STREAM_STATE_IDLE } = constants;

// Milliseconds between checks of an answer that waits for its client: at first, and at most.
const FIRST_LOOK = 1;
const LAST_LOOK = 1000;

/**
 * Keeps Node from resetting a stream by itself. Node resets a request that nobody reads as soon as all of the answer is
 * handed over. END_STREAM, or even the head, may then never be sent.
 */
export function keepUnread(exchange: Http2Exchange): void {
  if (mayBeUnread(exchange) && !exchange.bodyAsked) exchange.rawRequest.pause();
}

/** Like {@link keepUnread}; also drops what nobody has read once the answer ends. */
export function dropUnreadAtEnd(exchange: Http2Exchange): void {
  keepUnread(exchange);
  if (mayBeUnread(exchange)) exchange.rawRequest.once('finish', () => dropUnreadSoon(exchange));
}

/** In the next turn, since parts of the answer may not have been handed to nghttp2 yet. */
export function dropUnreadSoon(exchange: Http2Exchange): void {
  if (mayBeUnread(exchange)) setImmediate(dropUnread, exchange);
}

function mayBeUnread({ hasBody, tunnel }: Http2Exchange): boolean {
  return hasBody || tunnel !== undefined;
}

/**
 * Drops a body that nobody reads, once its request is answered: asks the client to stop sending (RFC 9113 section 8.1), or
 * discards what has arrived. Waits until the whole answer is sent, since a reset would overtake it.
 */
function dropUnread(exchange: Http2Exchange, delay = FIRST_LOOK): void {
  const { rawRequest: stream } = exchange;
  if (stream.destroyed || stream.readableEnded || exchange.bodyComplete) return;
  const { state, localClose } = stream.state;
  // nghttp2 reports a stream that both sides have ended as idle.
  const over = state === NGHTTP2_STREAM_STATE_IDLE;
  if (!over && localClose !== 1) {
    // No event tells when END_STREAM is sent to a slow client.
    setTimeout(dropUnread, delay, exchange, Math.min(2 * delay, LAST_LOOK)).unref();
    return;
  }
  const isAsked = exchange.bodyAsked && !exchange.abandoned;
  if (isAsked && isRead(exchange, stream.readableFlowing === true)) return;
  const reason = answeredFirst();
  exchange.bodyUse?.drop(reason);
  if (over) {
    stream.destroy();
    return;
  }
  stream.close(NGHTTP2_NO_ERROR);
  // Without an error, a partial body would look complete.
  stream.destroy(reason);
}
