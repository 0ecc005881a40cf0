import {
  type Check,
  is,
  isInteger,
  isToken,
  list,
  limit,
  MAX_TIMER,
  optional,
  options,
  orElse,
} from '@blaizejs/errors/internal';

/** When calls are tried again. */
export interface RetryOptions {
  /** How often, at most. Default: 2. */
  readonly limit?: number | undefined;
  /** Methods that may be sent twice (RFC 9110 section 9.2.2). Default: GET, HEAD, OPTIONS, PUT and DELETE. */
  readonly methods?: readonly string[] | undefined;
  /** Retries for each hundred calls, so that they do not add to an overload. Ten more may always be saved up. Default: 20. */
  readonly budget?: number | undefined;
  /** The longest pause in milliseconds before a retry. A longer `Retry-After` is not waited for. Default: 5 000. */
  readonly maxDelay?: number | undefined;
}

/** When calls are refused because too many have failed. */
export interface BreakerOptions {
  /** The share of failed calls, above 0 and up to 1. Default: 0.5. */
  readonly failureRate?: number | undefined;
  /** Of how many latest calls. Default: 20. */
  readonly calls?: number | undefined;
  /** Milliseconds until one call is let through to see. Default: 10 000. */
  readonly pause?: number | undefined;
}

/** How many calls run at once. */
export interface BulkheadOptions {
  /** Calls that run at once. Default: 50. */
  readonly limit?: number | undefined;
  /** Calls that wait for one of them to end. Default: 50. */
  readonly queue?: number | undefined;
}

/** The options of {@link resilientFetch}. */
export interface ResilienceOptions {
  /** What is called, for messages and metrics: `payments`. */
  readonly name: string;
  /** Milliseconds for each attempt until the head of its answer is there. Default: 5 000. */
  readonly timeout?: number | undefined;
  /**
   * The header that tells the service how many milliseconds are left: of `timeout`, or of the request that makes the call, if
   * that has less. `grpc-timeout` gets the unit that gRPC wants. Default: none.
   */
  readonly deadlineHeader?: string | undefined;
  /** `false` for none. */
  readonly retry?: false | RetryOptions | undefined;
  /** `false` for none. */
  readonly breaker?: false | BreakerOptions | undefined;
  /** `false` for no bound. */
  readonly bulkhead?: false | BulkheadOptions | undefined;
}

const fromZero = is<number>('a whole number from 0', (value) => isInteger(value, 0, Number.MAX_SAFE_INTEGER));
const method = is<string>('a method such as "PUT"', (value) => /^[A-Z]+$/.test(String(value)));

const retry = options(
  {
    limit: orElse(fromZero, 2),
    methods: orElse(list(method, 'a list of methods'), ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']),
    budget: orElse(fromZero, 20),
    maxDelay: limit(5000, MAX_TIMER),
  },
  'false, or an object such as { limit: 2 }',
);

const breaker = options(
  {
    failureRate: orElse(
      is<number>(
        'a number above 0 and up to 1',
        (value) => typeof value === 'number' && value > 0 && value <= 1,
      ),
      0.5,
    ),
    calls: limit(20),
    pause: limit(10_000, MAX_TIMER),
  },
  'false, or an object such as { failureRate: 0.5 }',
);

const bulkhead = options(
  { limit: limit(50), queue: orElse(fromZero, 50) },
  'false, or an object such as { limit: 50 }',
);

function unlessFalse<T>(check: Check<T>): Check<T | false> {
  return (value, path, report) => (value === false ? false : check(value ?? {}, path, report));
}

/** The checks of the options. */
export const resilienceOptions = options(
  {
    name: is<string>(
      'a name such as "payments"',
      (value) => typeof value === 'string' && /^[\w.-]{1,64}$/.test(value),
    ),
    timeout: limit(5000, MAX_TIMER),
    deadlineHeader: optional(is<string>('the name of a header, such as "grpc-timeout"', isToken)),
    retry: unlessFalse(retry),
    breaker: unlessFalse(breaker),
    bulkhead: unlessFalse(bulkhead),
  },
  'an object of options, such as { name: "payments" }',
);

/** The options with all defaults filled in. */
export type ResilienceSettings = ReturnType<typeof resilienceOptions>;
/** The options of retries with all defaults filled in. */
export type RetrySettings = ReturnType<typeof retry>;
