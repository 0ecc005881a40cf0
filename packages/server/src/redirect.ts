import type { Handle, LimitHits } from '@blaizejs/app/internal';

/**
 * Redirects every request to the same path at another address. The status is 308, so clients keep the method and the body
 * (RFC 9110 section 15.4.9).
 *
 * @param target returns the URL of that address
 * @param hits counts requests that are refused because of a limit
 */
export function redirectTo(target: () => string, hits: LimitHits): Handle {
  return (exchange, refusal) => {
    if (refusal) {
      if (refusal.limit !== undefined) hits.hit(refusal.limit);
      return exchange.respond(refusal.status, { 'content-length': '0' }, null);
    }
    const { protocol, port } = new URL(target());
    const host = exchange.authority.replace(/:\d*$/, '') || 'localhost';
    const path = exchange.target === '*' ? '/' : exchange.target;
    const location = `${protocol}//${host}${port === '' ? '' : `:${port}`}${path}`;
    exchange.respond(308, { location, 'content-length': '0' }, null);
  };
}
