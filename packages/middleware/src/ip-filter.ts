import { ForbiddenError } from '@blaizejs/errors';
import { checkBuiltIn, list, optional, options } from '@blaizejs/errors/internal';
import type { Middleware } from '@blaizejs/types';

import { createMiddleware } from './create-middleware.ts';
import { compileNetworks, network } from './ip-filter/networks.ts';

/** The options of {@link ipFilter}: at least one of the two. */
export interface IpFilterOptions {
  /** The only addresses and networks that may call: `['10.0.0.0/8', '::1']`. Default: all. */
  readonly allow?: readonly string[] | undefined;
  /** Addresses and networks that may not call, even if `allow` has them. Default: none. */
  readonly deny?: readonly string[] | undefined;
}

const networks = list(network, 'a list of addresses and networks, such as ["10.0.0.0/8", "::1"]');

const ipFilterOptions = options(
  { allow: optional(networks), deny: optional(networks) },
  'an object of options, such as { allow: ["10.0.0.0/8"] }',
  ({ allow, deny }, path, report) => {
    if (allow === undefined && deny === undefined)
      report(path, undefined, 'one of the options allow and deny');
    if (Array.isArray(allow) && allow.length === 0)
      report(`${path}allow`, allow, 'at least one address: with none, nobody could call');
  },
);

/**
 * Answers 403 to addresses that may not call.
 *
 * ```ts
 * createServer({ middleware: [ipFilter({ allow: ['10.0.0.0/8', 'fd00::/8'] })] });
 * ```
 *
 * It looks at `ctx.request.ip`: behind proxies, that is the client's address only with the server's `trustProxy`. An
 * IPv4-mapped IPv6 address (`::ffff:10.0.0.1`) counts as the IPv4 address. If the address is not known, `allow` refuses it.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function ipFilter(options: IpFilterOptions): Middleware {
  const { allow, deny } = checkBuiltIn('ipFilter', ipFilterOptions, options);
  const isAllowed = allow && compileNetworks(allow);
  const isDenied = deny && compileNetworks(deny);
  return createMiddleware({
    name: 'ip-filter',
    onRequest: ({ request }) => {
      const { ip } = request;
      if (isDenied?.(ip) || (isAllowed && !isAllowed(ip))) {
        throw new ForbiddenError('Your address may not call this server.');
      }
    },
  });
}
