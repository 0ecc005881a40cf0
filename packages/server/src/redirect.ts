import { isIP } from 'node:net';

import type { Handle, LimitHits } from '@blaizejs/app/internal';

/** Where a redirecting socket leads. */
export interface RedirectOptions {
  /** The URL of the address that requests are redirected to. */
  readonly target: () => string;
  /** The names of its certificates. Requests for other hosts are refused. If there are none: the host of `target`. */
  readonly names: () => readonly string[];
  /** Counts requests that are refused because of a limit. */
  readonly hits: LimitHits;
}

/**
 * Redirects requests to the same path at another address. The status is 308, so clients keep the method and the body
 * (RFC 9110 section 15.4.9). If the certificates there are not for the host of the request, the answer is 421: a redirect
 * to a host that the client has made up is an open redirect, and one that a cache may keep.
 */
export function redirectTo({ target, names, hits }: RedirectOptions): Handle {
  return (exchange, refusal) => {
    const refuse = (status: number): void => exchange.respond(status, { 'content-length': '0' }, null);
    if (refusal) {
      if (refusal.limit !== undefined) hits.hit(refusal.limit);
      return refuse(refusal.status);
    }
    const path = exchange.target === '*' ? '/' : exchange.target;
    const { protocol, hostname, port } = new URL(target());
    const host = hostOf(exchange.authority);
    const known = names();
    if (host === undefined || !isFor(known.length > 0 ? known : [bare(hostname)], host)) return refuse(421);
    const location = `${protocol}//${host}${port === '' ? '' : `:${port}`}${path}`;
    exchange.respond(308, { location, 'content-length': '0' }, null);
  };
}

/** The host of an authority, as URLs spell it. Undefined if it is anything else than a host and perhaps a port. */
function hostOf(authority: string): string | undefined {
  if (authority === '') return 'localhost';
  const url = `http://${authority}`;
  if (!URL.canParse(url)) return undefined;
  const { hostname, host, href } = new URL(url);
  return href === `http://${host}/` ? hostname.replace(/\.$/, '') : undefined;
}

function isFor(names: readonly string[], host: string): boolean {
  const name = bare(host);
  if (name.includes('*')) return false;
  if (names.includes(name)) return true;
  const dot = name.indexOf('.');
  return dot > 0 && isIP(name) === 0 && names.includes(`*${name.slice(dot)}`);
}

/** A host without the brackets of an IPv6 address. */
function bare(host: string): string {
  return host.replace(/^\[|\]$/g, '');
}
