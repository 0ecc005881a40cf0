import { DEFAULT_BODY_LIMIT } from '@blaizejs/context/internal';
import {
  type Check,
  type Checked,
  checkOptions,
  flag,
  hasMethod,
  is,
  isToken,
  leftOut,
  list,
  middleware as checkMiddleware,
  milliseconds,
  oneOf,
  optional,
  options,
  orElse,
  positive,
  problemsWith,
  record,
} from '@blaizejs/errors/internal';
import type {
  BodyReader,
  BodyReaders,
  Limits,
  LoggerInput,
  MiddlewareInput,
  NeedsMet,
  Plugin,
  State,
} from '@blaizejs/types';

import { appLimits } from './limits.ts';
import { logger } from './to-logger.ts';

declare const BLAIZE_WITHOUT_MIDDLEWARE: true | undefined;
declare const BLAIZE_WITHOUT_PLUGINS: true | undefined;
declare const BLAIZE_WITHOUT_READERS: true | undefined;

/** How request paths are compared with routes. */
export interface RouterOptions {
  /** Default: true. */
  caseSensitive?: boolean | undefined;
  /** Whether `/users/` is served by `/users`. Default: false. */
  ignoreTrailingSlash?: boolean | undefined;
}

/** The limits that an app has without a socket. */
export type AppLimitOptions = {
  readonly [Name in 'maxUrlLength' | 'maxParamLength' | 'handlerTimeout']?: Limits[Name] | undefined;
};

/** The options of `createApp`; `createServer` takes them too. */
export interface AppOptions<
  M extends readonly MiddlewareInput[] = readonly MiddlewareInput[],
  P extends readonly Plugin[] = readonly Plugin[],
> {
  router?: RouterOptions | undefined;
  /** Runs around every request, including those without a route. Default: none. */
  middleware?: (readonly [...M] & NeedsMet<M, State>) | undefined;
  /** Set up in this order, before routes are loaded. Default: none. */
  plugins?: readonly [...P] | undefined;
  /** The largest body in bytes that is read. Default: 1 MiB. */
  bodyLimit?: number | undefined;
  /** Readers of further media types for `schema.body`, besides JSON, forms and text. Default: none. */
  bodyReaders?: BodyReaders | undefined;
  /**
   * Whether to undo the `Content-Encoding` of bodies: gzip, deflate, br, and zstd from Node 22.15 on. `bodyLimit` counts decoded
   * bytes, and what decodes to more than 200 times its size is refused. Default: false, which refuses such bodies with 415.
   */
  decompressRequests?: boolean | undefined;
  /**
   * Whether to send the `Link` header that middleware has set as a 103 (Early Hints) before a handler runs, if a browser loads
   * a page: to a GET with `Sec-Fetch-Mode: navigate`, and not over HTTP/1.0. Default: false.
   */
  earlyHints?: boolean | undefined;
  /**
   * The header in which callers say how long they will wait: milliseconds (`x-envoy-expected-rq-timeout-ms`), or a number with
   * a unit of gRPC (`grpc-timeout: 250m`). It can only shorten `handlerTimeout`. Once the time is over, the signal of the request
   * aborts, and the answer is 504. Default: false, since callers may be anybody.
   */
  deadlineHeader?: string | false | undefined;
  /** Upper bounds on what a client may do. */
  limits?: AppLimitOptions | undefined;
  /**
   * What to do with an answer that does not match its response schema: `error` logs it and sends a 500, `log` only logs it.
   * With `false`, answers are not checked, and unknown properties are not removed. Default: `error`.
   */
  validateResponses?: 'error' | 'log' | false | undefined;
  /** Milliseconds that requests in flight have to finish after `close()`, counted from the end of `drainDelay`. Default: 10 000. */
  shutdownTimeout?: number | undefined;
  /**
   * Milliseconds for which a closing app keeps serving everything after its `closing` event: as long as the load balancer
   * needs to notice. Default: 0.
   */
  drainDelay?: number | undefined;
  /**
   * Milliseconds that each start-up hook of a plugin may take: `setup`, `initialize`, `onServerStart`. A hook that takes
   * longer fails the start, and the error names it. 0 for no limit. Default: 10 000.
   */
  pluginTimeout?: number | undefined;
  /**
   * Default: `production` if that is the value of `NODE_ENV`, otherwise `development`. If `NODE_ENV` is not set, a server is
   * in development, and an app from `createApp` in production, because many runtimes have no such variable.
   */
  mode?: 'development' | 'production' | undefined;
  /**
   * Where to log: a pino instance, `console`, or any object with `debug`, `info`, `warn` and `error`; `child` is optional.
   * `false` logs nothing. Default: pino for a server, the console for an app.
   */
  logger?: LoggerInput | false | undefined;
}

const middleware: Check<MiddlewareInput> =
  typeof BLAIZE_WITHOUT_MIDDLEWARE === 'undefined'
    ? (value, path, report) => {
        checkMiddleware(value, path, report);
        return value as MiddlewareInput;
      }
    : leftOut('middleware');
const plugin: Check<Plugin> =
  typeof BLAIZE_WITHOUT_PLUGINS === 'undefined'
    ? (value, path, report) => {
        if (!hasMethod(value, 'setup')) {
          const isMiddleware =
            typeof BLAIZE_WITHOUT_MIDDLEWARE === 'undefined' &&
            problemsWith(checkMiddleware, value).length === 0;
          const advice = isMiddleware ? 'If it is middleware, give it to `middleware`.' : undefined;
          report(
            path,
            value,
            'what createPlugin() returned, called with its options if it has no defaults',
            advice,
          );
        }
        return value as Plugin;
      }
    : leftOut('plugins');
const bodyReader = /* @__PURE__ */ is<BodyReader>(
  'a function ({ stream, headers, limit, signal }) that returns a value',
  (value) => typeof value === 'function',
);
const bodyReaders: Check<Readonly<Record<string, BodyReader>>> =
  typeof BLAIZE_WITHOUT_READERS === 'undefined'
    ? /* @__PURE__ */ record(bodyReader, "an object such as { 'application/yaml': reader }")
    : leftOut('bodyReaders');

/** The checks of an app's options. A server has these and more. */
export const appShape = {
  router: orElse(
    options(
      { caseSensitive: orElse(flag, true), ignoreTrailingSlash: orElse(flag, false) },
      'an object such as { caseSensitive: true }',
    ),
    { caseSensitive: true, ignoreTrailingSlash: false },
  ),
  middleware: orElse(list(middleware, 'a list of middleware'), []),
  plugins: orElse(list(plugin, 'a list of plugins'), []),
  bodyLimit: orElse(positive, DEFAULT_BODY_LIMIT),
  bodyReaders: orElse(bodyReaders, {}),
  decompressRequests: orElse(flag, false),
  earlyHints: orElse(flag, false),
  validateResponses: orElse(
    is<'error' | 'log' | false>('"error", "log" or false', (value) =>
      ['error', 'log', false].includes(value as string),
    ),
    'error' as const,
  ),
  deadlineHeader: orElse(
    is<string | false>('the name of a header, such as "grpc-timeout", or false', (value) => {
      return value === false || isToken(value);
    }),
    false,
  ),
  shutdownTimeout: orElse(positive, 10_000),
  drainDelay: orElse(milliseconds, 0),
  pluginTimeout: orElse(milliseconds, 10_000),
  mode: optional(oneOf('development', 'production')),
  logger: optional(logger),
};

const limitsOption = options(appLimits, 'an object such as { handlerTimeout: 10_000 }');
const limitsDefault = checkOptions(limitsOption, {});
const appOptions = options(
  { ...appShape, limits: orElse(limitsOption, limitsDefault) },
  'an object of options',
);

/** The options of an app, with all defaults filled in. */
export type ResolvedAppOptions = Checked<typeof appShape> & { readonly limits: typeof limitsDefault };

/** @throws ConfigurationError that lists every problem */
export function resolveAppOptions(given: unknown): ResolvedAppOptions {
  return checkOptions(appOptions, given);
}
