import { setTimeout as wait } from 'node:timers/promises';

import { tryUseContext } from '@blaizejs/context';
import { HttpError, ServiceUnavailableError } from '@blaizejs/errors';
import { checkBuiltIn } from '@blaizejs/errors/internal';
import {
  bulkhead,
  circuitBreaker,
  CircuitState,
  CountBreaker,
  handleWhenResult,
  isBrokenCircuitError,
  isBulkheadRejectedError,
  noop,
} from 'cockatiel';

import { attempt } from './attempt.ts';
import {
  type ResilienceOptions,
  resilienceOptions,
  type ResilienceSettings,
  type RetrySettings,
} from './options.ts';
import { RetryBudget } from './retry-budget.ts';
import { retryDelay } from './retry-delay.ts';
import { unlessAborted } from './unless-aborted.ts';

/** How calls to one service go, for health checks and metrics. */
export interface ResilienceState {
  /** `open`: calls are refused, since too many have failed. `half-open`: the next one decides. */
  readonly circuit: 'closed' | 'open' | 'half-open';
  /** Calls that run now. */
  readonly running: number;
  /** Calls that wait for others to end. */
  readonly waiting: number;
  /** Calls so far, without retries. */
  readonly calls: number;
  readonly retries: number;
  /** Attempts that failed: no answer, none in time, or a 5xx. */
  readonly failures: number;
  /** Calls that were not made, because the circuit was open or too many ran. */
  readonly refused: number;
}

/** `fetch`, made safe for one service. */
export interface ResilientFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** The option `name`. */
  readonly service: string;
  /** How it goes now. */
  readonly state: ResilienceState;
}

type Outcome = Awaited<ReturnType<typeof attempt>>;

const OVERLOADED = new Set([429, 502, 503, 504]);

/**
 * Makes a `fetch` for calls to one service: with a timeout, retries, a circuit breaker, and a bound on calls at once. Make it
 * once, and not for each request.
 *
 * ```ts
 * const payments = resilientFetch({ name: 'payments', timeout: 2000 });
 * const response = await payments('https://payments.internal/charges', { method: 'POST', body });
 * ```
 *
 * In a request, it sends the correlation id and the trace (`traceparent`, `tracestate`) on, unless the call has these itself,
 * and stops when the request is aborted or times out. A failure is an error that is an answer, so a handler need not catch it.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid. Calls reject with HttpError: 502 if the service
 *   cannot be reached, 504 if it does not answer in time, 503 if the call was not made; or with the reason of an aborted signal
 */
export function resilientFetch(options: ResilienceOptions): ResilientFetch {
  const settings = checkBuiltIn('resilientFetch', resilienceOptions, options);
  const calls = new Calls(settings);
  const call = (input: string | URL | Request, init?: RequestInit): Promise<Response> =>
    calls.make(input, init);
  Object.defineProperties(call, {
    service: { value: settings.name, enumerable: true },
    state: { get: () => calls.state, enumerable: true },
  });
  return call as ResilientFetch;
}

class Calls {
  readonly #settings: ResilienceSettings;
  readonly #breaker;
  readonly #bulkhead;
  readonly #budget: RetryBudget;
  #running = 0;
  #calls = 0;
  #retries = 0;
  #failures = 0;
  #refused = 0;

  constructor(settings: ResilienceSettings) {
    const { breaker, bulkhead: bound, retry } = settings;
    this.#settings = settings;
    this.#budget = new RetryBudget(retry ? retry.budget : 0);
    this.#bulkhead = bound ? bulkhead(bound.limit, bound.queue) : undefined;
    this.#breaker = breaker
      ? circuitBreaker(
          handleWhenResult((outcome) => isFailure(outcome as Outcome)),
          {
            halfOpenAfter: breaker.pause,
            breaker: new CountBreaker({
              threshold: breaker.failureRate,
              size: breaker.calls,
              minimumNumberOfCalls: Math.ceil(breaker.calls / 2),
            }),
          },
        )
      : undefined;
  }

  get state(): ResilienceState {
    const { bulkhead: bound } = this.#settings;
    return {
      circuit: circuitOf(this.#breaker?.state),
      running: this.#running,
      waiting: bound && this.#bulkhead ? bound.queue - this.#bulkhead.queueSlots : 0,
      calls: this.#calls,
      retries: this.#retries,
      failures: this.#failures,
      refused: this.#refused,
    };
  }

  async make(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const request = new Request(input, init);
    const ctx = tryUseContext();
    const signals = [ctx?.request.signal, request.signal].filter((signal) => signal !== undefined);
    const signal = AbortSignal.any(signals);
    for (const name of ['traceparent', 'tracestate']) {
      const sent = ctx?.request.header(name);
      if (sent !== undefined && !request.headers.has(name)) request.headers.set(name, sent);
    }
    if (ctx && !request.headers.has('x-correlation-id'))
      request.headers.set('x-correlation-id', ctx.request.correlationId);

    this.#calls++;
    this.#budget.earn();
    try {
      return await (this.#bulkhead ?? noop).execute(
        () => this.#tries(request, init, signal, ctx?.request.deadline),
        signal,
      );
    } catch (error) {
      if (isBulkheadRejectedError(error)) throw this.#refuse('has too many calls at once', error);
      throw error;
    }
  }

  async #tries(
    request: Request,
    init: RequestInit | undefined,
    signal: AbortSignal,
    deadline = Infinity,
  ): Promise<Response> {
    const { retry } = this.#settings;
    const most = retry && isRepeatable(request, init, retry) ? retry.limit : 0;
    this.#running++;
    try {
      for (let number = 1; ; number++) {
        signal.throwIfAborted();
        const isLast = number > most;
        this.#announce(request, deadline);
        const outcome = await this.#once(isLast ? request : request.clone(), signal);
        // If there is no time for another attempt, this answer is more useful than a timeout.
        const longest = Math.min(retry ? retry.maxDelay : 0, deadline - Date.now());
        const delay = isLast || !retry ? undefined : this.#delayAfter(outcome, number, retry, longest);
        if (delay === undefined) {
          if (outcome instanceof Response) return outcome;
          throw outcome;
        }
        if (outcome instanceof Response) await outcome.body?.cancel();
        this.#retries++;
        await wait(delay, undefined, { signal }).catch(() => {
          signal.throwIfAborted();
        });
      }
    } finally {
      this.#running--;
    }
  }

  get #isUndecided(): boolean {
    return this.#breaker !== undefined && this.#breaker.state !== CircuitState.Closed;
  }

  async #once(request: Request, signal: AbortSignal): Promise<Outcome> {
    const { name, timeout } = this.#settings;
    try {
      const running = (this.#breaker ?? noop).execute(() =>
        attempt(request, { name, timeout, signal, isTrial: this.#isUndecided }),
      );
      // The call that decides goes on without its caller; others wait for it, and may leave as well.
      const outcome = await (this.#isUndecided ? unlessAborted(running, signal) : running);
      if (isFailure(outcome)) this.#failures++;
      return outcome;
    } catch (error) {
      throw isBrokenCircuitError(error) ? this.#refuse('has failed too often', error) : error;
    }
  }

  /** Tells the service how long somebody waits for its answer. */
  #announce({ headers }: Request, deadline: number): void {
    const { deadlineHeader, timeout } = this.#settings;
    if (deadlineHeader === undefined) return;
    const left = Math.max(0, Math.floor(Math.min(timeout, deadline - Date.now())));
    const isGrpc = deadlineHeader.toLowerCase() === 'grpc-timeout';
    // gRPC has no more than eight digits.
    headers.set(deadlineHeader, isGrpc ? `${Math.min(left, 99_999_999)}m` : String(left));
  }

  #delayAfter(
    outcome: Outcome,
    number: number,
    { maxDelay }: RetrySettings,
    longest: number,
  ): number | undefined {
    if (outcome instanceof Response && !OVERLOADED.has(outcome.status)) return undefined;
    const after = outcome instanceof Response ? outcome.headers.get('retry-after') : undefined;
    const delay = retryDelay(number, maxDelay, after);
    return delay === undefined || delay > longest || !this.#budget.spend() ? undefined : delay;
  }

  #refuse(why: string, cause: unknown): ServiceUnavailableError {
    this.#refused++;
    const { name, breaker } = this.#settings;
    const pause = breaker ? Math.ceil(breaker.pause / 1000) : 1;
    return new ServiceUnavailableError(`${name} ${why}: the call was not made.`, {
      cause,
      headers: { 'retry-after': String(pause) },
    });
  }
}

function isFailure(outcome: Outcome): boolean {
  return outcome instanceof HttpError || outcome.status >= 500;
}

/** Whether a request can be sent twice: a stream cannot, and what a given `Request` was made of is not known. */
function isRepeatable(request: Request, init: RequestInit | undefined, { methods }: RetrySettings): boolean {
  if (!methods.includes(request.method)) return false;
  const body: unknown = init?.body;
  return request.body === null || !(body == null || isIterable(body));
}

function isIterable(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

function circuitOf(state: CircuitState | undefined): ResilienceState['circuit'] {
  if (state === undefined || state === CircuitState.Closed) return 'closed';
  return state === CircuitState.HalfOpen ? 'half-open' : 'open';
}
