import {
  callback,
  checkOptions,
  flag,
  hasMethod,
  is,
  limit,
  optional,
  options as shapeOf,
  orElse,
} from '@blaizejs/errors/internal';
import type { Context } from '@blaizejs/types';

import { ownPort } from '../own-port.ts';
import type { MetricsRegistry } from './registry.ts';
import { BUCKETS } from './requests.ts';

/** The options of {@link metrics}. */
export interface MetricsOptions {
  /**
   * A port of its own for the metrics, in cleartext; port 0 is a free one. `false` for none. Default: port 9464 of 127.0.0.1,
   * or none if there is an `allow`.
   */
  readonly listen?:
    false | { readonly port?: number | undefined; readonly host?: string | undefined } | undefined;
  /**
   * Adds the path to the server itself, for requests that this function returns `true` for; others get 404. Everyone can see a
   * server's routes and traffic in its metrics, so check a secret, and not only the address: a proxy has a local one.
   */
  readonly allow?: ((ctx: Context) => boolean) | undefined;
  /** Default: `/metrics`. */
  readonly path?: string | undefined;
  /** A registry of prom-client with your own metrics: they are scraped, too, and win over metrics of the same name. */
  readonly registry?: MetricsRegistry | undefined;
  /** The upper bounds of the buckets for durations, in seconds. Default: those of OpenTelemetry, 0.005 to 10. */
  readonly buckets?: readonly number[] | undefined;
  /** Whether to add CPU, memory, event loop and garbage collection of the process. Default: true. */
  readonly runtime?: boolean | undefined;
  /** Milliseconds that your own metrics may take to collect. Default: 5 000. */
  readonly timeout?: number | undefined;
}

/** {@link MetricsOptions}, complete. */
export interface ResolvedMetrics {
  readonly listen: false | { readonly port: number; readonly host: string };
  readonly allow: ((ctx: Context) => boolean) | undefined;
  readonly path: string;
  readonly registry: MetricsRegistry | undefined;
  readonly buckets: readonly number[];
  readonly runtime: boolean;
  readonly timeout: number;
}

/** The port that OpenTelemetry's Prometheus exporter uses. */
const PORT = 9464;

const place = ownPort(PORT, 'false, or an object such as { port: 9464 }');

const shape = shapeOf(
  {
    listen: optional((value, at, report) => (value === false ? false : place(value, at, report))),
    allow: optional(
      callback<(ctx: Context) => boolean>('(ctx) that returns true for who may see the metrics'),
    ),
    path: orElse(
      is<string>('a path that starts with /', (value) => {
        return typeof value === 'string' && /^\/[^:*?#\s]*$/.test(value);
      }),
      '/metrics',
    ),
    registry: optional(
      is<MetricsRegistry>('a registry of prom-client', (value) => hasMethod(value, 'getMetricsAsJSON')),
    ),
    buckets: orElse(
      is<readonly number[]>('a list of numbers above 0, the smallest first', (value) => {
        return (
          Array.isArray(value) &&
          value.length > 0 &&
          value.every(
            (bound: unknown, at) =>
              typeof bound === 'number' &&
              Number.isFinite(bound) &&
              bound > (at === 0 ? 0 : Number(value[at - 1])),
          )
        );
      }),
      BUCKETS,
    ),
    runtime: orElse(flag, true),
    timeout: limit(5000),
  },
  'an object of options, such as { listen: { port: 9464 } }',
  ({ listen, allow }, at, report) => {
    if (listen === false && allow === undefined) {
      report('allow', allow, 'a function, because `listen` is false: nobody could see the metrics');
    }
  },
);

/** @throws ConfigurationError that lists every problem */
export function resolveMetrics(options: MetricsOptions): ResolvedMetrics {
  const { listen, ...rest } = checkOptions(shape, options, 'metrics()');
  return { ...rest, listen: listen ?? (rest.allow ? false : { port: PORT, host: '127.0.0.1' }) };
}
