import { isProbe } from '@blaizejs/context/internal';
import {
  callback,
  checkOptions,
  flag,
  hasMethod,
  is,
  limit,
  list,
  optional,
  options as shapeOf,
  orElse,
} from '@blaizejs/errors/internal';
import type { HookContext } from '@blaizejs/types';
import type { TracerProvider } from '@opentelemetry/api';

/** The options of {@link tracing}. */
export interface TracingOptions {
  /** Where spans go. Default: the provider that is registered globally, as OpenTelemetry's SDK does. */
  readonly provider?: TracerProvider | undefined;
  /**
   * Whose `traceparent`, `tracestate` and `baggage` to believe. A caller that you believe decides whether a request is sampled,
   * and to which trace it belongs. For others, a new trace begins, with a link to theirs. Default: `true`, as in OpenTelemetry.
   */
  readonly trustIncoming?: boolean | ((ctx: HookContext) => boolean) | undefined;
  /** Requests without a span. Default: probes, which are the routes of `health()`. */
  readonly ignore?: ((ctx: HookContext) => boolean) | undefined;
  /** Further spans: of each middleware, of the handler, of the hooks of plugins. Default: none. */
  readonly spans?:
    | {
        readonly middleware?: boolean | undefined;
        readonly handler?: boolean | undefined;
        readonly plugins?: boolean | undefined;
      }
    | undefined;
  /** Names of parameters of queries and paths whose values are replaced, besides those that look like credentials. */
  readonly redact?: readonly string[] | undefined;
  /** Milliseconds that a stop waits for the exporter. Default: 2 000. */
  readonly flushTimeout?: number | undefined;
}

/** {@link TracingOptions}, complete. */
export interface ResolvedTracing {
  readonly provider: TracerProvider | undefined;
  readonly trustIncoming: boolean | ((ctx: HookContext) => boolean);
  readonly ignore: (ctx: HookContext) => boolean;
  readonly spans: { readonly middleware: boolean; readonly handler: boolean; readonly plugins: boolean };
  readonly redact: readonly string[];
  readonly flushTimeout: number;
}

const FLUSH_TIMEOUT = 2000;
const NO_SPANS = { middleware: false, handler: false, plugins: false };

const shape = shapeOf(
  {
    provider: optional(
      is<TracerProvider>('a TracerProvider of OpenTelemetry', (value) => hasMethod(value, 'getTracer')),
    ),
    trustIncoming: orElse(
      is<boolean | ((ctx: HookContext) => boolean)>(
        'true, false, or a function (ctx) that returns whether to believe the caller',
        (value) => typeof value === 'boolean' || typeof value === 'function',
      ),
      true,
    ),
    ignore: orElse(callback<(ctx: HookContext) => boolean>('(ctx) that returns true for no span'), isProbe),
    spans: orElse(
      shapeOf(
        { middleware: orElse(flag, false), handler: orElse(flag, false), plugins: orElse(flag, false) },
        'an object such as { handler: true }',
      ),
      NO_SPANS,
    ),
    redact: orElse(
      list(
        is<string>('the name of a parameter', (value) => typeof value === 'string' && value !== ''),
        'a list of names of parameters',
      ),
      [],
    ),
    flushTimeout: limit(FLUSH_TIMEOUT),
  },
  'an object of options, such as { spans: { handler: true } }',
);

/** @throws ConfigurationError that lists every problem */
export function resolveTracing(options: TracingOptions): ResolvedTracing {
  const checked = checkOptions(shape, options, 'tracing()');
  return { ...checked, provider: checked.provider };
}
