import type { TrustProxyOption } from '@blaizejs/context';
import { DEFAULT_BODY_LIMIT, isProxyNetwork } from '@blaizejs/context/internal';
import { ConfigurationError } from '@blaizejs/errors';
import type { LimitOptions, Logger, MiddlewareInput, Plugin } from '@blaizejs/types';
import { z } from 'zod';

import { limitsSchema } from './limits.ts';
import { toProblems } from './option-problems.ts';

/** HTTP/2 and its certificate. */
export interface Http2Options {
  /** Default: true. Without it the server speaks cleartext HTTP/1.1. */
  enabled?: boolean | undefined;
  /** A PEM file, from the working directory. Default in development: made on demand; in production it is required. */
  keyFile?: string | undefined;
  /** A PEM file with the certificate, and those between it and its root after it. As `keyFile`. */
  certFile?: string | undefined;
}

/** How request paths are compared with routes. */
export interface RouterOptions {
  /** Default: true. */
  caseSensitive?: boolean | undefined;
  /** Whether `/users/` is served by `/users`. Default: false. */
  ignoreTrailingSlash?: boolean | undefined;
}

/** What `createServer` takes. */
export interface ServerOptions {
  /** 0 takes a free one. Default: 3000. */
  port?: number | undefined;
  /** The name or address to bind to. Default: `localhost`. */
  host?: string | undefined;
  /** The folder with the route files, best as an absolute path; `false` where routes are only added in code. */
  routesDir: string | false;
  http2?: Http2Options | undefined;
  router?: RouterOptions | undefined;
  /** Runs around every request, those without a route included. Default: none. */
  middleware?: readonly MiddlewareInput[] | undefined;
  /** Set up in this order before routes are loaded. Default: none. */
  plugins?: readonly Plugin[] | undefined;
  /** The largest content in bytes that is read for a request. Default: 1 MiB. */
  bodyLimit?: number | undefined;
  /** What clients may do at the most, besides; see each. */
  limits?: LimitOptions | undefined;
  /**
   * The proxies in front of the server that are believed when they say who the client is, and what scheme and host it
   * asked for: how many there are, or a list of their addresses and networks (`10.0.0.0/8`), `loopback`, `linklocal`
   * and `uniquelocal` among it. They have to set, add to or remove each of `X-Forwarded-For`, `-Proto` and `-Host`
   * themselves: what they leave as it comes is the client's word. `Forwarded` (RFC 7239) is read where none of these
   * three is there, and is theirs to set or remove then. A number is safe only where clients can't reach the server
   * past the proxies (CVE-2026-16732). Default: false, the fields mean nothing.
   */
  trustProxy?: TrustProxyOption | undefined;
  /** Milliseconds that `close()` and signals leave to what is in flight. Default: 10 000. */
  shutdownTimeout?: number | undefined;
  /** Whether SIGINT, SIGTERM and SIGUSR2 stop the server and end the process. Default: true. */
  handleSignals?: boolean | undefined;
  /** Whether changed route files are loaded while the server runs. Default: outside of production. */
  watch?: boolean | undefined;
  /** Where the server writes; a pino instance fits. `false` is silence. Default: pino. */
  logger?: Logger | false | undefined;
}

const port = z
  .int({ error: 'a whole number from 0 to 65535' })
  .min(0, { error: 'a whole number from 0 to 65535' })
  .max(65_535, { error: 'a whole number from 0 to 65535' });
const text = (what: string): z.ZodString => z.string({ error: what }).min(1, { error: what });
const flag = z.boolean({ error: 'true or false' });
const positive = z.int({ error: 'a whole number above 0' }).positive({ error: 'a whole number above 0' });
const isFunction = (value: unknown): boolean => typeof value === 'function';
const has = (value: unknown, key: string): boolean =>
  isFunction((value as Record<string, unknown> | null)?.[key]);

// Checked even where other options of the same object are wrong, for all problems to be told at once.
const isObject = ({ value }: { value: unknown }): boolean => typeof value === 'object' && value !== null;

const middleware = z.custom<MiddlewareInput>((value) => isFunction(value) || has(value, 'handler'), {
  error: 'a function (ctx, next) or what createMiddleware() gave',
});
const plugin = z.custom<Plugin>((value) => has(value, 'setup'), {
  error: 'what createPlugin() gave, called with its options where it has no defaults',
});
const proxies = z.union(
  [
    z.literal(false),
    positive,
    z.array(
      z.custom<string>(isProxyNetwork, {
        error: 'an address, a network such as 10.0.0.0/8, loopback, linklocal or uniquelocal',
        // Else the list as a whole would be told to be wrong.
        abort: false,
      }),
    ),
  ],
  { error: 'false, a number of proxies, or a list of their addresses and networks' },
);
const isLogger = (value: unknown): boolean =>
  ['debug', 'info', 'warn', 'error', 'child'].every((method) => has(value, method));
const logger = z.custom<Logger | false>((value) => value === false || isLogger(value), {
  error: 'false, or an object with debug, info, warn, error and child, such as a pino instance',
});

const schema = z.strictObject(
  {
    port: port.default(3000),
    host: text('a host name or address').default('localhost'),
    routesDir: z.union([text('the path of a folder'), z.literal(false)], {
      error: 'the path of a folder, or false where routes are only added in code',
    }),
    http2: z
      .strictObject(
        {
          enabled: flag.default(true),
          keyFile: text('the path of a PEM file').optional(),
          certFile: text('the path of a PEM file').optional(),
        },
        { error: 'an object such as { enabled: true }' },
      )
      .refine(({ keyFile, certFile }) => keyFile === undefined || certFile !== undefined, {
        path: ['certFile'],
        error: 'the certificate that goes with keyFile',
        when: isObject,
      })
      .refine(({ keyFile, certFile }) => certFile === undefined || keyFile !== undefined, {
        path: ['keyFile'],
        error: 'the key that goes with certFile',
        when: isObject,
      })
      .prefault({}),
    router: z
      .strictObject(
        { caseSensitive: flag.default(true), ignoreTrailingSlash: flag.default(false) },
        { error: 'an object such as { caseSensitive: true }' },
      )
      .prefault({}),
    middleware: z.array(middleware, { error: 'a list of middleware' }).default([]),
    plugins: z.array(plugin, { error: 'a list of plugins' }).default([]),
    bodyLimit: positive.default(DEFAULT_BODY_LIMIT),
    limits: limitsSchema.prefault({}),
    trustProxy: proxies.default(false),
    shutdownTimeout: positive.default(10_000),
    handleSignals: flag.default(true),
    watch: flag.optional(),
    logger: logger.optional(),
  },
  { error: 'an object of options' },
) satisfies z.ZodType<unknown, ServerOptions>;

/** Options, complete. */
export type ResolvedOptions = z.output<typeof schema>;

/** @throws ConfigurationError that lists every problem: where, what was received and expected, what was meant */
export function resolveOptions(options: unknown): ResolvedOptions {
  const { data, error } = schema.safeParse(options);
  if (data) return data;
  throw new ConfigurationError(error.issues.flatMap((issue) => toProblems(issue, options, namesAt)));
}

function namesAt(path: readonly PropertyKey[]): string[] {
  const { http2, router, limits } = schema.shape;
  const nested = { http2, router, limits }[String(path[0])];
  return Object.keys(nested ? nested.unwrap().shape : schema.shape);
}
