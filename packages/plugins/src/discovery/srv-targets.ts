import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

import { checkBuiltIn, is, limit, list, optional, options } from '@blaizejs/errors/internal';

import { discoveryError } from './discovery-error.ts';
import type { Target, TargetSource } from './target.ts';

/** Options of {@link srvTargets}. */
export interface SrvTargetsOptions {
  /** The DNS servers: `127.0.0.1`, `10.0.0.2:8600`. Default: those of the system */
  readonly servers?: readonly string[] | undefined;
  /** Milliseconds for one lookup. Default: 2,000 */
  readonly timeout?: number | undefined;
}

const check = options(
  {
    servers: optional(
      list(
        is<string>('an IP address, with or without a port', (value) => {
          return typeof value === 'string' && isServer(value);
        }),
        'a list of DNS servers',
      ),
    ),
    timeout: limit(2000),
  },
  'an object of options, such as { servers: ["127.0.0.1:8600"] }',
);

/**
 * The instances that SRV records name (RFC 2782), as Kubernetes has them for headless services, and Consul for all.
 *
 * ```ts
 * const users = createService(srvTargets('_http._tcp.users.default.svc.cluster.local'));
 * ```
 *
 * @throws ConfigurationError for wrong options
 */
export function srvTargets(name: string, options: SrvTargetsOptions = {}): TargetSource {
  const { servers, timeout } = checkBuiltIn('srvTargets', check, options);
  const resolver = new Resolver({ timeout, tries: 1 });
  if (servers) resolver.setServers([...servers]);
  return {
    name,
    async load() {
      const found = await resolver.resolveSrv(name).catch((cause: unknown) => {
        throw discoveryError(`${name} could not be resolved: ${(cause as { code?: string }).code}.`, cause);
      });
      // "." says that the service is decidedly not there.
      return found
        .filter(({ name: host }) => host !== '' && host !== '.')
        .map(({ name: host, port, priority, weight }): Target => ({ host, port, priority, weight }));
    },
  };
}

function isServer(value: string): boolean {
  const [, six, four = value] = /^(?:\[([^\]]+)\]|([^:]+))(?::\d{1,5})?$/.exec(value) ?? [];
  return isIP(six ?? four) !== 0;
}
