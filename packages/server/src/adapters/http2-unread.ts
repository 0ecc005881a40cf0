import { constants } from 'node:http2';

import type { Http2Exchange } from './http2-exchange.ts';
import { answeredFirst, isRead } from './unread-body.ts';

const { NGHTTP2_NO_ERROR, NGHTTP2_STREAM_STATE_IDLE } = constants;

// Milliseconds between looks at an answer that waits for its client: the first, and the most.
const FIRST_LOOK = 1;
const LAST_LOOK = 1000;

/**
 * Lets go of a body that nobody reads, once its request is answered: asks the client for no more of it (RFC 9113 section
 * 8.1), or drops what has come. Only behind the complete answer, which a reset would overtake.
 */
export function dropUnread(exchange: Http2Exchange, delay = FIRST_LOOK): void {
  const { rawRequest: stream } = exchange;
  if (stream.destroyed || stream.readableEnded || exchange.bodyComplete) return;
  const { state, localClose } = stream.state;
  // nghttp2 knows nothing of a stream that both sides have ended.
  const over = state === NGHTTP2_STREAM_STATE_IDLE;
  if (!over && localClose !== 1) {
    // Nothing tells when END_STREAM is sent to a client that takes its time.
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
  // Without an error, what has come of it would look like all of it.
  stream.destroy(reason);
}
