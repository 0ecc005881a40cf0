import type { HeaderFields } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

/** Calls `listener` once with what is sent: after all hooks, and before the first byte of content. */
export function whenSent(exchange: Exchange, listener: (status: number, fields: HeaderFields) => void): void {
  const respond = exchange.respond.bind(exchange);
  const respondStream = exchange.respondStream.bind(exchange);
  exchange.respond = (status, fields, payload) => {
    Object.assign(exchange, { respond, respondStream });
    // The adapter may change them.
    const sent = { ...fields };
    respond(status, fields, payload);
    listener(status, sent);
  };
  exchange.respondStream = (status, fields, options) => {
    Object.assign(exchange, { respond, respondStream });
    listener(status, fields);
    return respondStream(status, fields, options);
  };
}
