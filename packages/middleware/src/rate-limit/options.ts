import {
  callback,
  type Check,
  checkBuiltIn,
  flag,
  hasMethod,
  is,
  isInteger,
  limit as upTo,
  MAX_TIMER,
  oneOf,
  optional,
  options as shapeOf,
  orElse,
} from '@blaizejs/errors/internal';
import type {
  HookContext,
  MiddlewareContext,
  RateLimitAlgorithm,
  RateLimitPolicy,
  RateLimitStore,
} from '@blaizejs/types';

/** The options of {@link rateLimit}. */
export interface RateLimitOptions<Needs = unknown> {
  /** Units that each key may use per window; a request costs one, unless `cost` says otherwise. From 1 to 1 000 000. */
  readonly limit: number;
  /** Milliseconds. Default: 60 000. */
  readonly window?: number | undefined;
  /**
   * How units are counted. Default: `sliding-window`, the only one with never more than `limit` in any window of time.
   *
   * - `sliding-window`: units come back one window after they were used.
   * - `fixed-window`: everything comes back at once when a window ends: at the full minute, at midnight (UTC).
   * - `token-bucket`: units come back one by one, at an even pace. Who was idle may use `burst` of them at once.
   * - `leaky-bucket`: requests go on at an even pace. One that comes too early waits, if no more than `burst` do.
   */
  readonly algorithm?: RateLimitAlgorithm | undefined;
  /**
   * For a `token-bucket`, the units that a full bucket holds. Default: `limit`. For a `leaky-bucket`, the units that may
   * wait. Default: those that go on within a second.
   */
  readonly burst?: number | undefined;
  /**
   * Whom to count: a user, an API key. Default, and if it returns nothing: the client's address (`ctx.request.ip`), of an
   * IPv6 address the first 64 bits.
   */
  readonly key?: ((ctx: MiddlewareContext<Needs>) => string | number | undefined) | undefined;
  /** Whether each route counts for itself. Default: false, so that all routes with this middleware share one count. */
  readonly perRoute?: boolean | undefined;
  /** Units that a request costs, a whole number; 0 counts nothing. Default: 1. */
  readonly cost?: number | ((ctx: MiddlewareContext<Needs>) => number) | undefined;
  /** Tells limits apart in headers and in a shared store: letters, digits and `._-`. Default: `default`. */
  readonly name?: string | undefined;
  /** Where to count. Default: in the memory of this process, up to 100 000 keys. `@blaizejs/redis` has one that processes share. */
  readonly store?: RateLimitStore | undefined;
  /**
   * What happens to requests if the store fails or does not answer in time: they are served (`open`) or refused with 503
   * (`closed`). Default: `open`.
   */
  readonly onStoreError?: 'open' | 'closed' | undefined;
  /** Milliseconds that the store may take. Default: 50. */
  readonly storeTimeout?: number | undefined;
  /** Leaves requests out. They get no headers either. The probes of `@blaizejs/plugins/health` always are left out. */
  readonly skip?: ((ctx: HookContext<Needs>) => boolean) | undefined;
}

/** The options, checked and complete. */
export type RateLimitSettings<Needs> = ReturnType<typeof readOptions<Needs>>;

const MAX_UNITS = 1_000_000;
/** Units per millisecond. More could not be told apart by a clock that counts in floating point. */
const MAX_RATE = 10;

const units = is<number>(`a whole number from 1 to ${MAX_UNITS}`, (value) => isInteger(value, 1, MAX_UNITS));
const cost = is<unknown>('a whole number, or a function', (value) =>
  typeof value === 'function' ? true : isInteger(value, 0, MAX_UNITS),
);
const burst: Check<number | undefined> = optional(
  is(`a whole number from 0 to ${MAX_UNITS}`, (value) => isInteger(value, 0, MAX_UNITS)),
);

const check = shapeOf(
  {
    limit: units,
    window: upTo(60_000, 366 * 86_400_000),
    algorithm: orElse(
      oneOf('sliding-window', 'fixed-window', 'token-bucket', 'leaky-bucket'),
      'sliding-window',
    ),
    burst,
    key: optional(callback()),
    perRoute: orElse(flag, false),
    cost: optional(cost),
    name: orElse(
      is<string>(
        'up to 64 letters, digits and ._-',
        (value) => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value),
      ),
      'default',
    ),
    store: optional(
      is<RateLimitStore>('a store, which has consume()', (value) => hasMethod(value, 'consume')),
    ),
    onStoreError: orElse(oneOf('open', 'closed'), 'open'),
    storeTimeout: upTo(50, MAX_TIMER),
    skip: optional(callback()),
  },
  'an object of options, such as { limit: 100, window: 60_000 }',
  (given, path, report) => {
    const { limit, window = 60_000, algorithm, burst: size } = given as Partial<RateLimitOptions>;
    if (algorithm === 'token-bucket' && size === 0) report('burst', size, 'a whole number above 0');
    if (!algorithm?.endsWith('bucket') && size !== undefined) {
      report('burst', size, 'nothing, unless `algorithm` is a bucket');
    }
    if (typeof limit === 'number' && typeof window === 'number' && limit > window * MAX_RATE) {
      report('limit', limit, `at most ${MAX_RATE} per millisecond of \`window\``);
    }
  },
);

/** @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists every problem */
export function readOptions<Needs>(given: RateLimitOptions<Needs>) {
  const { limit, window, algorithm, burst, ...rest } = checkBuiltIn('rateLimit', check, given);
  const policy: RateLimitPolicy = {
    algorithm,
    limit,
    window,
    burst: burst ?? (algorithm === 'leaky-bucket' ? Math.ceil((limit * 1000) / window) : limit),
  };
  const { key, cost = 1, skip } = given;
  return { ...rest, policy, key, cost, skip };
}
