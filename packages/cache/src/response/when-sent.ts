import type { HeaderFields } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

/** Calls `listener` once with what is about to be sent, after all hooks. */
export function whenSent(exchange: Exchange, listener: (status: number, fields: HeaderFields) => void): void {
  const respond = exchange.respond.bind(exchange);
  const respondStream = exchange.respondStream.bind(exchange);
  exchange.respond = (status, fields, payload) => {
    Object.assign(exchange, { respond, respondStream });
    // Before it is sent: after that, the exchange may be over.
    listener(status, fields);
    respond(status, fields, payload);
  };
  exchange.respondStream = (status, fields, options) => {
    Object.assign(exchange, { respond, respondStream });
    listener(status, fields);
    return respondStream(status, fields, options);
  };
}
