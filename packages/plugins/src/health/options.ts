import {
  callback,
  type Check,
  checkOptions,
  flag,
  is,
  limit,
  limitOrNone,
  list,
  MAX_TIMER,
  oneOf,
  optional,
  options as shapeOf,
  orElse,
  record,
  withoutState,
} from '@blaizejs/errors/internal';
import type { Context } from '@blaizejs/types';

import type { HealthCheck, HealthProbe } from './check.ts';

/** The options of {@link health}. */
export interface HealthOptions {
  /** What to check, by name: functions that throw if something does not work, or checks with settings of their own. */
  readonly checks?: Readonly<Record<string, HealthCheck | HealthCheck['run']>> | undefined;
  /** Who may see which check failed: a test of the request, or everyone. Nobody sees why. Default: nobody. */
  readonly details?: boolean | ((ctx: Context) => boolean) | undefined;
  /** The paths. `false` leaves a route out. Default: `/health`, `/ready` and `/startup`. */
  readonly paths?: { readonly [Probe in HealthProbe]?: string | false | undefined } | undefined;
}

/** A check with all of its settings. */
export interface ResolvedCheck extends Required<Omit<HealthCheck, 'stop'>> {
  readonly timeout: number;
  readonly cache: number;
  readonly interval: number;
  readonly critical: boolean;
  readonly failureThreshold: number;
  readonly probes: readonly HealthProbe[];
  readonly stop: (() => void) | undefined;
}

/** {@link HealthOptions}, complete. */
export interface ResolvedHealth {
  readonly checks: Readonly<Record<string, ResolvedCheck>>;
  readonly details: boolean | ((ctx: Context) => boolean);
  readonly paths: Readonly<Record<HealthProbe, string | false>>;
}

const path = (fallback: string): Check<string | false> =>
  orElse(
    is('a path that starts with /, or false', (value) => {
      return value === false || (typeof value === 'string' && /^\/[^:*?#\s]*$/.test(value));
    }),
    fallback,
  );

const settings = shapeOf(
  {
    run: callback<HealthCheck['run']>(),
    stop: optional(callback<() => void>()),
    timeout: limit(2000, MAX_TIMER),
    cache: limitOrNone(1000),
    interval: orElse(
      is<number>('a whole number of milliseconds, or 0', (value) => {
        return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= MAX_TIMER;
      }),
      0,
    ),
    critical: orElse(flag, true),
    failureThreshold: limit(1),
    probes: orElse(list(oneOf('live', 'ready', 'startup'), 'a list of probes'), [
      'ready',
      'startup',
    ] as const),
  },
  'a function, or a check such as { run: () => database.ping() }',
);

const SETTINGS = ['run', 'stop', 'timeout', 'cache', 'interval', 'critical', 'failureThreshold', 'probes'];

const check: Check<ResolvedCheck> = (value, at, report) => {
  const given = typeof value === 'function' ? { run: value } : value;
  const { run, stop, ...rest } = settings(withoutState(given, SETTINGS), at, report);
  // `run` and `stop` may be methods.
  return {
    ...rest,
    run: (context) => run.call(given, context),
    stop: stop && (() => stop.call(given)),
  };
};

const shape = shapeOf(
  {
    checks: orElse(record(check, 'checks by name'), {}),
    details: orElse(
      is<boolean | ((ctx: Context) => boolean)>('true, false or a function', (value) => {
        return typeof value === 'boolean' || typeof value === 'function';
      }),
      false,
    ),
    paths: (value, at, report) =>
      shapeOf(
        { live: path('/health'), ready: path('/ready'), startup: path('/startup') },
        'an object such as { live: "/healthz" }',
      )(value ?? {}, at, report),
  },
  'an object of options, such as { checks: { database: () => database.ping() } }',
);

/** @throws ConfigurationError that lists every problem */
export function resolveHealth(options: HealthOptions): ResolvedHealth {
  return checkOptions(shape, options, 'health()');
}
