import { logLine } from '@blaizejs/context/internal';
import { ServiceUnavailableError } from '@blaizejs/errors';
import {
  callback,
  checkBuiltIn,
  isInteger,
  limit as atLeastOne,
  limitOrNone,
  MAX_TIMER,
  optional,
  options as shapeOf,
  toProblem,
} from '@blaizejs/errors/internal';
import type { HookContext, Middleware, MiddlewareContext } from '@blaizejs/types';

import { createMiddleware } from '../create-middleware.ts';
import { exceptProbes } from '../except-probes.ts';
import { isPromise } from '../is-promise.ts';
import { AdaptiveLimit, type Bounds } from './adaptive-limit.ts';
import { EventLoopDelay } from './event-loop-delay.ts';

/** The options of {@link loadShed}. */
export interface LoadShedOptions {
  /** Requests that are handled at once, whatever happens. Default: 10. */
  readonly minConcurrency?: number | undefined;
  /** Requests that are handled at once at most. Default: 1 000. */
  readonly maxConcurrency?: number | undefined;
  /**
   * Milliseconds that the event loop may be late on average. Above it, a part of the requests is refused, and above twice
   * as much all of them. 0 for no limit. Default: 200.
   */
  readonly maxEventLoopDelay?: number | undefined;
  /** Seconds after which refused clients should come again. Default: 1. */
  readonly retryAfter?: number | undefined;
  /** Leaves requests out: they are never refused. The probes of `@blaizejs/plugins/health` always are left out. */
  readonly skip?: ((ctx: HookContext) => boolean) | undefined;
}

const INITIAL = 100;
/** Milliseconds between two lines in the log. */
const QUIET = 10_000;

const check = shapeOf(
  {
    minConcurrency: atLeastOne(10),
    maxConcurrency: atLeastOne(1000),
    maxEventLoopDelay: limitOrNone(200),
    retryAfter: atLeastOne(1, MAX_TIMER),
    skip: optional(callback()),
  },
  'an object of options, such as { maxConcurrency: 500 }',
  ({ minConcurrency = 10, maxConcurrency = 1000 }, path, report) => {
    if (isInteger(minConcurrency, 1, Infinity) && isInteger(maxConcurrency, 1, minConcurrency - 1)) {
      report('maxConcurrency', maxConcurrency, `at least \`minConcurrency\`, which is ${minConcurrency}`);
    }
  },
);

/**
 * Refuses requests that the server has no time for, so that it answers the others as fast as ever: with 503, `Retry-After`
 * and the code `ERR_BLAIZE_OVERLOADED`. It finds out by itself how many requests can be handled at once, from how long
 * their handlers take, and looks at how late the event loop is. Put it before all other middleware.
 *
 * ```ts
 * loadShed({ skip: (ctx) => ctx.route?.pattern === '/health' })
 * ```
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists everything that is wrong with the options
 */
export function loadShed(options: LoadShedOptions = {}): Middleware {
  const { minConcurrency, maxConcurrency, maxEventLoopDelay, retryAfter } = checkBuiltIn(
    'loadShed',
    check,
    options,
  );
  const bounds: Bounds = {
    min: minConcurrency,
    max: maxConcurrency,
    initial: Math.min(Math.max(INITIAL, minConcurrency), maxConcurrency),
  };
  const shedder = new Shedder(new AdaptiveLimit(bounds), maxEventLoopDelay, String(retryAfter));
  return createMiddleware({
    name: 'load-shed',
    handler: (ctx, next) => {
      if (!shedder.admits()) {
        shedder.refuse(ctx);
        return;
      }
      const end = shedder.begin(ctx);
      try {
        const running = next();
        if (!isPromise(running)) {
          end();
          return;
        }
        return running.finally(end);
      } catch (error) {
        end();
        throw error;
      }
    },
    skip: exceptProbes(options.skip),
  });
}

/** What requests without a route have in common. */
const UNROUTED = {};

class Shedder {
  readonly #limit: AdaptiveLimit;
  readonly #maxDelay: number;
  readonly #retryAfter: string;
  readonly #delay = new EventLoopDelay();
  /** What is missing to the next request that is refused for the event loop. */
  #debt = 0;
  #refused = 0;
  #logAt = 0;

  constructor(limit: AdaptiveLimit, maxDelay: number, retryAfter: string) {
    this.#limit = limit;
    this.#maxDelay = maxDelay;
    this.#retryAfter = retryAfter;
  }

  /** Whether there is time for a request. If so, it has begun. */
  admits(): boolean {
    return !this.#isLate() && this.#limit.begin();
  }

  /** @returns what to call when its handler has ended; it may be called twice */
  begin(ctx: MiddlewareContext): () => void {
    const began = performance.now();
    let isOver = false;
    const end = (tellsTime = true): void => {
      if (isOver) return;
      isOver = true;
      const now = performance.now();
      this.#limit.end(ctx.route ?? UNROUTED, tellsTime ? now - began : undefined, now);
    };
    // A handler that never ends must not take its place for ever: it is given up after `handlerTimeout`.
    ctx.response.onFinish(({ aborted }) => {
      end(!aborted);
    });
    return () => {
      end();
    };
  }

  /**
   * Answers that it has no time. It is no error that is thrown: each would be a line in the log, and that costs time which
   * is not there.
   */
  refuse(ctx: MiddlewareContext): void {
    const error = new ServiceUnavailableError('The server is overloaded. Try again later.', {
      code: 'ERR_BLAIZE_OVERLOADED',
    });
    const { correlationId } = ctx.request;
    ctx.response
      .status(503)
      .json(toProblem(error, { correlationId, production: false }))
      .type('application/problem+json')
      .headers({ 'retry-after': this.#retryAfter, 'x-correlation-id': correlationId });
    this.#refused += 1;
    const now = performance.now();
    if (now < this.#logAt) return;
    this.#logAt = now + QUIET;
    logLine(() => ctx.log, 'warn', 'Requests are refused: the server is overloaded', {
      refused: this.#refused,
      concurrency: this.#limit.limit,
      eventLoopDelay: Math.round(this.#delay.read()),
    });
    this.#refused = 0;
  }

  /** Refuses the more, the later the event loop is, so that it does not alternate between all and nothing. */
  #isLate(): boolean {
    if (this.#maxDelay === 0) return false;
    const excess = this.#delay.read() / this.#maxDelay - 1;
    if (excess <= 0) return false;
    this.#debt += Math.min(excess, 1);
    if (this.#debt < 1) return false;
    this.#debt -= 1;
    return true;
  }
}
