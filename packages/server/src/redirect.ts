import type { Handle } from '@blaizejs/app/internal';

/**
 * Sends every request to the same path of another address, with 308, which keeps method and body (RFC 9110 section
 * 15.4.9).
 *
 * @param target gives the URL of that address
 */
export function redirectTo(target: () => string): Handle {
  return (exchange, refusal) => {
    if (refusal) return exchange.respond(refusal.status, { 'content-length': '0' }, null);
    const { protocol, port } = new URL(target());
    const host = exchange.authority.replace(/:\d*$/, '') || 'localhost';
    const path = exchange.target === '*' ? '/' : exchange.target;
    const location = `${protocol}//${host}${port === '' ? '' : `:${port}`}${path}`;
    exchange.respond(308, { location, 'content-length': '0' }, null);
  };
}
