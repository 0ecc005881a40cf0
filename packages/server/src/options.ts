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
  LoggerInput,
  MiddlewareInput,
  Plugin,
  TlsOptions,
} from '@blaizejs/types';

import { limitsOption } from './limits.ts';
import { isProxyNetwork, type TrustProxyOption } from './proxies/trusted-proxies.ts';
import { type LogOptions, serverLogger } from './logs/log-options.ts';
import { tlsOption } from './tls-option.ts';

/** HTTP/2. */
export interface Http2Options {
  /**
   * Whether clients may speak HTTP/2; with `tls: false`, in cleartext and by prior knowledge. If false and `tls` is not set, the
   * server speaks cleartext HTTP/1.1. Default: true.
   */
  enabled?: boolean | undefined;
  /** Same as `tls.keyFile`. */
  keyFile?: string | undefined;
  /** Same as `tls.certFile`. */
  certFile?: string | undefined;
}

/** The options of `createServer`. */
export interface ServerOptions<
  M extends readonly MiddlewareInput[] = readonly MiddlewareInput[],
  P extends readonly Plugin[] = readonly Plugin[],
> extends Omit<AppOptions<M, P>, 'limits' | 'logger'> {
  /** The port to listen on; 0 picks a free one. Default: 3000. */
  port?: number | undefined;
  /** The name or address to bind to. Default: `localhost`. */
  host?: string | undefined;
  /** The folder with the route files, preferably as an absolute path; `false` if all routes are added in code. */
  routesDir: string | false;
  http2?: Http2Options | undefined;
  /**
   * Certificates and TLS settings; `false` for cleartext. Default: in development, a certificate that is created
   * on demand. In production a certificate is required.
   */
  tls?: false | TlsOptions | undefined;
  /** Additional sockets, such as a port 80 that redirects to https. Default: none. */
  endpoints?: readonly EndpointOptions[] | undefined;
  /** Upper bounds on what a client may do. */
  limits?: LimitOptions | undefined;
  /**
   * The proxies to trust for the client's address and the scheme and host that it requested: either their number, or a list
   * of addresses, networks (`10.0.0.0/8`) and the names `loopback`, `linklocal` and `uniquelocal`. These proxies must set,
   * append to or remove each of `X-Forwarded-For`, `-Proto` and `-Host`: a header that they pass on unchanged was written by
   * the client. `Forwarded` (RFC 7239) is read only if none of the three is present; proxies must then set or remove it too.
   * A number is safe only if clients cannot bypass the proxies (CVE-2026-16732). Default: false, these headers are ignored.
   */
  trustProxy?: TrustProxyOption | undefined;
  /**
   * The options of the server's own log, such as `{ level: 'info', file: 'logs/app.log' }`; or your own logger: a pino instance,
   * `console`, or any object with `debug`, `info`, `warn` and `error`. `false` logs nothing. Default: pino, to standard output.
   */
  logger?: LoggerInput | LogOptions | false | undefined;
  /**
   * Whether SIGINT, SIGTERM and SIGUSR2 stop the server and exit the process, and SIGURG switches the log to `debug` for ten
   * minutes, or back. Default: true.
   */
  handleSignals?: boolean | undefined;
  /** Whether to reload route files that change while the server runs. Default: true in development. */
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
  logger: optional(serverLogger),
  limits: orElse(limitsOption, checkOptions(limitsOption, {})),
  trustProxy: orElse(proxies, false),
  handleSignals: orElse(flag, true),
  watch: optional(flag),
};

const serverOptions = options(shape, 'an object of options');

/** Checked options, with defaults filled in. */
export type ResolvedOptions = Checked<typeof shape>;

/** @throws ConfigurationError that lists every problem: where it is, what was received and expected, and a suggestion */
export function resolveOptions(given: unknown): ResolvedOptions {
  return checkOptions(serverOptions, given);
}

/** @throws ConfigurationError like {@link resolveOptions} */
export function checkEndpoint(given: unknown): Checked<{ endpoint: typeof endpoint }>['endpoint'] {
  return checkOptions(endpoint, given);
}
