import { logError, logLine } from '@blaizejs/context/internal';
import { ServiceUnavailableError } from '@blaizejs/errors';
import { toProblem } from '@blaizejs/errors/internal';
import type { Logger, MiddlewareContext } from '@blaizejs/types';

import { AdaptiveLimit } from './adaptive-limit.ts';
import type { LoadShedSettings } from './options.ts';
import { Pressure } from './pressure.ts';
import { type LoadPriority, priorityOf } from './priority.ts';
import { RefusalCost } from './refusal-cost.ts';
import { nodeSensors, type Sensors } from './sensors.ts';
import type { LoadShedReason, LoadShedState } from './state.ts';

const INITIAL = 100;
/** Looks without a refusal after which an overload has ended: a second. Not time, as a loop that stands still refuses nothing. */
const HOLD = 20;
/** How many times longer it is at the most, if overloads follow one another: they must not begin and end all the time. */
const LONGEST_HOLD = 8;
/** Milliseconds between two lines in the log while it lasts, and after which an overload has nothing to do with the last one. */
const QUIET = 10_000;
/** The share of the limit that requests with low priority may use. */
const FOR_LOW = 0.75;
/** What requests without a route have in common. */
const UNROUTED = {};

/** Decides which requests are handled, and counts them. */
export class Shedder {
  readonly #limit: AdaptiveLimit;
  readonly #pressure: Pressure;
  readonly #cost = new RefusalCost();
  readonly #settings: LoadShedSettings;
  readonly #sensors: Sensors;
  readonly #refused: Record<LoadShedReason, number> = {
    concurrency: 0,
    eventLoopDelay: 0,
    eventLoopUtilization: 0,
    heapUsage: 0,
    rss: 0,
  };
  /** What is missing to the next request that is refused for the process. */
  #debt = 0;
  #earlyDebt = 0;
  #overloaded = false;
  #reason: LoadShedReason | undefined;
  #overloads = 0;
  #beganAt = 0;
  #refusedAt = 0;
  #endedAt = -Infinity;
  /** Looks since the last refusal, and how many there have to be. */
  #calm = 0;
  #hold = HOLD;
  /** When the request at hand has arrived. */
  #now = 0;
  #logAt = 0;
  #total = 0;
  #totalAtBegin = 0;
  /** What all are told. Made once: most of an error is its stack, which nobody sees. */
  readonly #error = new ServiceUnavailableError('The server is overloaded. Try again later.', {
    code: 'ERR_BLAIZE_OVERLOADED',
  });
  /** That of the request with which the overload began. */
  #log: (() => Logger) | undefined;

  constructor(settings: LoadShedSettings, sensors: Sensors = nodeSensors()) {
    const { minConcurrency: min, maxConcurrency: max } = settings;
    this.#settings = settings;
    this.#sensors = sensors;
    this.#limit = new AdaptiveLimit({ min, max, initial: Math.min(Math.max(INITIAL, min), max) });
    this.#pressure = new Pressure(settings, sensors, {
      refusing: () => this.#cost.take(),
      looked: (now) => this.#look(now),
    });
  }

  get state(): LoadShedState {
    return {
      overloaded: this.#overloaded,
      reason: this.#reason,
      inFlight: this.#limit.inFlight,
      limit: this.#limit.limit,
      refused: { ...this.#refused },
      overloads: this.#overloads,
      ...this.#pressure.load,
    };
  }

  /** @returns why there is no time for a request. If there is, it has begun, and {@link Shedder.begin} has to follow */
  refusal(ctx: MiddlewareContext): LoadShedReason | undefined {
    this.#now = this.#sensors.now();
    this.#cost.arrived(this.#now);
    const priority = priorityOf(ctx.route);
    if (this.#isShort(priority)) return this.#pressure.shortage;
    if (priority !== 'critical' && this.#pressure.isLate(this.#now, this.#cost.spent))
      return 'eventLoopDelay';
    return this.#limit.begin(this.#boundOf(priority)) ? undefined : 'concurrency';
  }

  /** @returns what to call when its handler has ended; it may be called twice */
  begin(ctx: MiddlewareContext): () => void {
    const began = this.#now;
    let isOver = false;
    const end = (tellsTime = true): void => {
      if (isOver) return;
      isOver = true;
      const now = this.#sensors.now();
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
  refuse(ctx: MiddlewareContext, reason: LoadShedReason): void {
    const { correlationId } = ctx.request;
    const { retryAfter } = this.#settings;
    // Clients that all come back at once would be the next overload.
    const seconds = retryAfter + Math.floor(Math.random() * (retryAfter + 1));
    ctx.response
      .status(503)
      .json(toProblem(this.#error, { correlationId, production: false }))
      .type('application/problem+json')
      .headers({ 'retry-after': String(seconds), 'x-correlation-id': correlationId });
    this.#note(ctx, reason);
  }

  /** Refuses the more, the more is missing, so that it does not alternate between all and nothing. */
  #isShort(priority: LoadPriority | undefined): boolean {
    const share = this.#pressure.share(priority === 'low');
    if (priority === 'critical' || share === 0) return false;
    // Each kind has its own: neither may be refused for what the other has saved up.
    if (priority === 'low') {
      this.#earlyDebt += share;
      if (this.#earlyDebt < 1) return false;
      this.#earlyDebt -= 1;
      return true;
    }
    this.#debt += share;
    if (this.#debt < 1) return false;
    this.#debt -= 1;
    return true;
  }

  #boundOf(priority: LoadPriority | undefined): number {
    if (priority === undefined) return this.#limit.limit;
    return priority === 'critical' ? this.#settings.maxConcurrency : Math.ceil(this.#limit.limit * FOR_LOW);
  }

  #note(ctx: MiddlewareContext, reason: LoadShedReason): void {
    const now = this.#now;
    this.#cost.refused(now);
    this.#refusedAt = now;
    this.#calm = 0;
    this.#refused[reason] += 1;
    this.#reason = reason;
    if (!this.#overloaded) {
      this.#overloaded = true;
      this.#overloads += 1;
      this.#hold = now - this.#endedAt < QUIET ? Math.min(this.#hold * 2, HOLD * LONGEST_HOLD) : HOLD;
      this.#beganAt = now;
      this.#logAt = 0;
      this.#totalAtBegin = this.#total;
      const { log } = ctx;
      this.#log = () => log;
    }
    this.#total += 1;
    if (now < this.#logAt) return;
    const isFirst = this.#logAt === 0;
    this.#logAt = now + QUIET;
    this.#tell(
      'warn',
      isFirst ? 'Requests are refused: the server is overloaded' : 'The server is still overloaded',
      {
        reason,
        refused: this.#total - this.#totalAtBegin,
      },
    );
    if (isFirst) this.#changed();
  }

  /** @returns whether the overload goes on */
  #look(now: number): boolean {
    this.#limit.refusing = this.#pressure.refusing;
    if (!this.#overloaded) return false;
    this.#calm += 1;
    if (this.#calm < this.#hold) return true;
    this.#overloaded = false;
    this.#endedAt = now;
    this.#tell('info', 'The server is no longer overloaded', {
      refused: this.#total - this.#totalAtBegin,
      seconds: Math.round((this.#refusedAt - this.#beganAt) / 100) / 10,
    });
    this.#log = undefined;
    this.#changed();
    return false;
  }

  #tell(level: 'warn' | 'info', line: string, about: object): void {
    const { eventLoopDelay } = this.#pressure.load;
    const log = this.#log;
    if (!log) return;
    logLine(log, level, line, {
      ...about,
      concurrency: this.#limit.limit,
      eventLoopDelay: Math.round(eventLoopDelay),
    });
  }

  #changed(): void {
    const { onChange } = this.#settings;
    if (!onChange) return;
    const failed = (error: unknown): void => {
      if (this.#log) logError(this.#log, 'error', error, 'The option `onChange` of loadShed() failed');
    };
    try {
      const running = onChange(this.state) as PromiseLike<unknown> | undefined;
      if (typeof running?.then === 'function') running.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }
}
