import {
  callback,
  is,
  isInteger,
  limit as atLeastOne,
  limitOrNone,
  optional,
  options as shapeOf,
  orElse,
} from '@blaizejs/errors/internal';
import type { HookContext } from '@blaizejs/types';

import type { LoadShedState } from './state.ts';

/** The options of {@link loadShed}. */
export interface LoadShedOptions {
  /** Requests that are handled at once, as long as the process itself is not overloaded. Default: 10. */
  readonly minConcurrency?: number | undefined;
  /** Requests that are handled at once at most. Default: 1 000. */
  readonly maxConcurrency?: number | undefined;
  /**
   * Milliseconds that the event loop may be late on average. Above it, more and more requests are refused, until it no longer
   * is. If the event loop is mainly busy with refusing, it may be up to five times later, so that most of its time is left to
   * requests that are answered. 0 for no limit. Default: 200.
   */
  readonly maxEventLoopDelay?: number | undefined;
  /**
   * The share of its time that the event loop may be busy on average, below 1. Above it, the more requests are refused the
   * nearer it is to 1. A server can be busy all the time and still be fast, so by default there is no limit: 0.
   */
  readonly maxEventLoopUtilization?: number | undefined;
  /**
   * The share of V8's limit that the heap may have in use, below 1. Above it, the more requests are refused the nearer it is
   * to 1, up to nine of ten: memory becomes free only while requests run. 0 for no limit. Default: 0.9.
   */
  readonly maxHeapUsage?: number | undefined;
  /**
   * Bytes of memory that the process may have (RSS). Above it, a part of the requests is refused, from a tenth more nine of
   * ten. Default: 0, which is no limit.
   */
  readonly maxRss?: number | undefined;
  /**
   * Seconds after which refused clients should come again. They are told up to twice as many, at random, so that they do not
   * come all at once. Default: 1.
   */
  readonly retryAfter?: number | undefined;
  /** Leaves requests out: they are never refused. The probes of `@blaizejs/plugins/health` always are left out. */
  readonly skip?: ((ctx: HookContext) => boolean) | undefined;
  /**
   * Called when an overload begins, and when it has ended: no request was refused for a second, or for up to eight if
   * overloads follow one another.
   */
  readonly onChange?: ((state: LoadShedState) => unknown) | undefined;
}

/** Seconds: a day. */
const MOST = 86_400;

const share = (fallback: number) =>
  orElse(
    is<number>(
      'a number from 0 (no limit) to below 1',
      (value) => typeof value === 'number' && value >= 0 && value < 1,
    ),
    fallback,
  );

/** The checks of the options. */
export const loadShedOptions = shapeOf(
  {
    minConcurrency: atLeastOne(10),
    maxConcurrency: atLeastOne(1000),
    maxEventLoopDelay: limitOrNone(200),
    maxEventLoopUtilization: share(0),
    maxHeapUsage: share(0.9),
    maxRss: limitOrNone(0),
    retryAfter: atLeastOne(1, MOST),
    skip: optional(callback<(ctx: HookContext) => boolean>()),
    onChange: optional(callback<(state: LoadShedState) => unknown>()),
  },
  'an object of options, such as { maxConcurrency: 500 }',
  ({ minConcurrency = 10, maxConcurrency = 1000 }, path, report) => {
    if (isInteger(minConcurrency, 1, Infinity) && isInteger(maxConcurrency, 1, minConcurrency - 1)) {
      report('maxConcurrency', maxConcurrency, `at least \`minConcurrency\`, which is ${minConcurrency}`);
    }
  },
);

/** The options with all defaults filled in. */
export type LoadShedSettings = ReturnType<typeof loadShedOptions>;
