import { discard, isFeed, type RequestContext } from '@blaizejs/context/internal';

import type { EventStreams } from './event-streams.ts';
import { sendFeed } from './send-feed.ts';
import { sendStream } from './send-stream.ts';
import type { OnBroken } from './sent-body.ts';

/**
 * Sends what a context's response has recorded, following the rules for its status and method. Everything but a stream
 * has been passed to the protocol when this returns.
 *
 * @param streams ends event streams when the app stops
 * @param onBroken called with an error of a stream whose head was sent
 * @throws TypeError for a value that can't be encoded; rejects if a stream fails before that
 */
export function send(ctx: RequestContext, streams: EventStreams, onBroken: OnBroken): void | Promise<void> {
  const { exchange, response } = ctx;
  const { fields } = response;
  const payload = response.encode();
  const status = response.statusCode;
  if (response.statusText !== undefined) exchange.statusText = response.statusText;

  // RFC 9110 sections 15.3.5, 15.3.6 and 15.4.5: these have no content; a 204 has no length either.
  if (status === 204 || status === 205 || status === 304) {
    discard(payload);
    if (status !== 304) delete fields['content-length'];
    if (status === 205) fields['content-length'] = '0';
    return exchange.respond(status, fields, null);
  }
  if (payload === null) {
    // There is no content, whatever length was set; only HEAD may announce content that it does not send.
    if (exchange.method !== 'HEAD') fields['content-length'] = '0';
    return exchange.respond(status, fields, null);
  }
  if (typeof payload === 'string' || payload instanceof Uint8Array) {
    // A wrong length that was set by hand would allow response smuggling over HTTP/1.1.
    fields['content-length'] = response.length;
    if (exchange.method === 'HEAD') return exchange.respond(status, fields, null);
    response.bytes = Number(response.length);
    return exchange.respond(status, fields, payload);
  }
  if (exchange.method === 'HEAD') {
    discard(payload);
    return exchange.respond(status, fields, null);
  }
  return isFeed(payload)
    ? sendFeed(ctx, status, payload, streams, onBroken)
    : sendStream(ctx, status, payload, streams, onBroken);
}
