import type { AppOptions } from '@blaizejs/app';
import { appShape } from '@blaizejs/app/internal';
import {
  type Checked,
  checkOptions,
  flag,
  is,
  isInteger,
  list,
  optional,
  options,
  orElse,
  positive,
  text,
} from '@blaizejs/errors/internal';
import type {
  App,
  EndpointOptions,
  LimitOptions,
  MiddlewareInput,
  Plugin,
  TlsOptions,
} from '@blaizejs/types';

import { limitsOption } from './limits.ts';
import { isProxyNetwork, type TrustProxyOption } from './proxies/trusted-proxies.ts';
import { tlsOption } from './tls-option.ts';

/** HTTP/2. */
export interface Http2Options {
  /** Whether clients may speak HTTP/2. Without it, and without `tls`, the server speaks cleartext HTTP/1.1. Default: true. */
  enabled?: boolean | undefined;
  /** As `tls.keyFile`. */
  keyFile?: string | undefined;
  /** As `tls.certFile`. */
  certFile?: string | undefined;
}

/** What `createServer` takes. */
export interface ServerOptions<
  M extends readonly MiddlewareInput[] = readonly MiddlewareInput[],
  P extends readonly Plugin[] = readonly Plugin[],
> extends Omit<AppOptions<M, P>, 'limits'> {
  /** 0 takes a free one. Default: 3000. */
  port?: number | undefined;
  /** The name or address to bind to. Default: `localhost`. */
  host?: string | undefined;
  /** The folder with the route files, best as an absolute path; `false` if routes are only added in code. */
  routesDir: string | false;
  http2?: Http2Options | undefined;
  /**
   * Certificates and how they are used; `false` for cleartext HTTP/1.1. Default: a certificate that is made on demand in
   * development; in production one is required.
   */
  tls?: false | TlsOptions | undefined;
  /** Further sockets, such as a port 80 that redirects. Default: none. */
  endpoints?: readonly EndpointOptions[] | undefined;
  /** Upper bounds on what a client may do; see each one. */
  limits?: LimitOptions | undefined;
  /**
   * The proxies in front of the server that are believed when they say who the client is, and what scheme and host it
   * asked for: how many there are, or a list of their addresses and networks (`10.0.0.0/8`), `loopback`, `linklocal`
   * and `uniquelocal` among it. They have to set, add to or remove each of `X-Forwarded-For`, `-Proto` and `-Host`
   * themselves: what they leave as it comes is the client's word. `Forwarded` (RFC 7239) is read if none of these
   * three is there, and is theirs to set or remove then. A number is safe only if clients can't reach the server
   * past the proxies (CVE-2026-16732). Default: false, the fields mean nothing.
   */
  trustProxy?: TrustProxyOption | undefined;
  /** Whether SIGINT, SIGTERM and SIGUSR2 stop the server and end the process. Default: true. */
  handleSignals?: boolean | undefined;
  /** Whether changed route files are loaded while the server runs. Default: in development. */
  watch?: boolean | undefined;
}

export const PORT = 'a whole number from 0 to 65535';
const port = is<number>(PORT, (value) => isInteger(value, 0, 65_535));
const host = text('a host name or address');

const network = is<string>(
  'an address, a network such as 10.0.0.0/8, loopback, linklocal or uniquelocal',
  isProxyNetwork,
);
const networks = list(network, '');
const proxies = (value: unknown, path: string, report: Parameters<typeof networks>[2]): TrustProxyOption => {
  if (Array.isArray(value)) return networks(value, path, report);
  if (value === false) return false;
  if (typeof value === 'number') return positive(value, path, report);
  report(path, value, 'false, a number of proxies, or a list of their addresses and networks');
  return false;
};

/** One of the option `endpoints`. */
const endpoint = options(
  {
    port,
    host: optional(host),
    tls: optional(tlsOption),
    redirect: optional(flag),
    app: optional(
      is<App>(
        'what createApp() returned',
        (value) => typeof (value as { handle?: unknown } | null)?.handle === 'function',
      ),
    ),
  },
  'an object such as { port: 80, redirect: true }',
);

const FILE = 'the path of a PEM file';
const http2 = options(
  { enabled: orElse(flag, true), keyFile: optional(text(FILE)), certFile: optional(text(FILE)) },
  'an object such as { enabled: true }',
  ({ keyFile, certFile }, path, report) => {
    if (keyFile !== undefined && certFile === undefined) {
      report(`${path}.certFile`, undefined, 'the certificate that goes with keyFile');
    }
    if (certFile !== undefined && keyFile === undefined) {
      report(`${path}.keyFile`, undefined, 'the key that goes with certFile');
    }
  },
);

const shape = {
  port: orElse(port, 3000),
  host: orElse(host, 'localhost'),
  routesDir: is<string | false>(
    'the path of a folder, or false if routes are only added in code',
    (value) => value === false || (typeof value === 'string' && value !== ''),
  ),
  http2: orElse(http2, { enabled: true, keyFile: undefined, certFile: undefined }),
  tls: optional(tlsOption),
  endpoints: orElse(list(endpoint, 'a list of endpoints'), []),
  ...appShape,
  limits: orElse(limitsOption, checkOptions(limitsOption, {})),
  trustProxy: orElse(proxies, false),
  handleSignals: orElse(flag, true),
  watch: optional(flag),
};

const serverOptions = options(shape, 'an object of options');

/** Options, complete. */
export type ResolvedOptions = Checked<typeof shape>;

/** @throws ConfigurationError that lists every problem: where, what was received and expected, what was meant */
export function resolveOptions(given: unknown): ResolvedOptions {
  return checkOptions(serverOptions, given);
}

/** @throws ConfigurationError as {@link resolveOptions} does */
export function checkEndpoint(given: unknown): Checked<{ endpoint: typeof endpoint }>['endpoint'] {
  return checkOptions(endpoint, given);
}
