import type { RequestContext } from '@blaizejs/context/internal';
import { checkBuiltIn, list, options } from '@blaizejs/errors/internal';
import { HttpError } from '@blaizejs/errors';
import type { Middleware } from '@blaizejs/types';

import { createMiddleware } from './create-middleware.ts';
import { compileHosts, hostRule } from './host-filter/hosts.ts';

/** The options of {@link hostFilter}. */
export interface HostFilterOptions {
  /**
   * The hosts that are served: `example.com`, with a port only if no other port is right (`localhost:3000`), or
   * `*.example.com` for all names below one.
   */
  readonly hosts: readonly string[];
}

const hostFilterOptions = options(
  { hosts: list(hostRule, 'a list of hosts, such as ["example.com", "*.example.com"]') },
  'an object of options, such as { hosts: ["example.com"] }',
  ({ hosts }, path, report) => {
    if (Array.isArray(hosts) && hosts.length === 0)
      report(`${path}hosts`, hosts, 'at least one host: with none, nothing would be served');
  },
);

/**
 * Serves only the hosts that you list. Everything else is answered with 421, so that neither DNS rebinding nor a forged
 * `Host` (or `:authority`) reaches the application, its caches and the links that it makes of the host.
 *
 * ```ts
 * createServer({ middleware: [hostFilter({ hosts: ['example.com', '*.example.com'] })] });
 * ```
 *
 * With the server's `trustProxy`, it is the host that the client asked the proxy for. A browser that reuses a connection for
 * another name of the same certificate tries again after a 421 (RFC 9110 section 15.5.20).
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function hostFilter(options: HostFilterOptions): Middleware {
  const { hosts } = checkBuiltIn('hostFilter', hostFilterOptions, options);
  const isServed = compileHosts(hosts);
  // Most requests name the same host: it is remembered, so that they need no URL.
  let served: string | undefined;
  return createMiddleware({
    name: 'host-filter',
    onRequest: (ctx) => {
      const { request } = ctx as unknown as RequestContext;
      const asked = `${request.scheme}://${request.authority}`;
      if (asked === served) return;
      if (isServed(request.url)) {
        served = asked;
        return;
      }
      // Not the host itself: an answer that quotes it may end up in a cache.
      throw new HttpError(421, 'This server does not serve the host that the request names.');
    },
  });
}
