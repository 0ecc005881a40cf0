import { runWithContext, tryUseContext } from '@blaizejs/context';
import { HttpError } from '@blaizejs/errors';
import { readHttpError, titleOf, toError } from '@blaizejs/errors/internal';
import type { Next } from '@blaizejs/types';

import { isPromise } from '../is-promise.ts';
import type { Bridge, Waiting } from './bridge.ts';
import type { ConnectNext } from './types.ts';

/** Middleware, whatever its types. */
export type AnyHandler = (...args: unknown[]) => unknown;

// The parameters of middleware that handles errors.
const ERROR_PARAMETERS = 4;

/**
 * One run of a list of Connect middleware, and of the rest of the chain behind it. Synchronous if all of it is.
 *
 * As in Express, an error goes to the next middleware that takes one. Errors of the rest of the chain go to the first.
 */
export class Run implements Waiting {
  readonly #bridge: Bridge;
  readonly #list: readonly AnyHandler[];
  readonly #rest: Next;
  #state: 'running' | 'done' | 'failed' = 'running';
  #reason: unknown;
  #hasRestRun = false;
  #isWarned = false;
  #resolve: (() => void) | undefined;
  #reject: ((error: unknown) => void) | undefined;

  constructor(bridge: Bridge, list: readonly AnyHandler[], rest: Next) {
    this.#bridge = bridge;
    this.#list = list;
    this.#rest = rest;
  }

  start(): void | Promise<void> {
    this.#bridge.wait(this);
    this.#step(0, undefined, false);
    if (this.#state === 'done') return undefined;
    if (this.#state === 'failed') throw this.#reason;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  answered(): void {
    this.#settle('done');
  }

  fail(error: unknown): boolean {
    if (this.#state !== 'running') return false;
    this.#fail(error);
    return true;
  }

  left(error: Error): void {
    // The rest of the chain finds out by itself.
    if (!this.#hasRestRun) this.fail(error);
  }

  /** Runs the middleware at an index, or the first behind it that takes the error, or takes none. */
  #step(from: number, error: unknown, isError: boolean): void {
    for (let index = from; index < this.#list.length; index++) {
      const handler = this.#list[index] as AnyHandler;
      if (handler.length >= ERROR_PARAMETERS !== isError) continue;
      this.#call(handler, index, error, isError);
      return;
    }
    if (isError) this.#fail(error);
    else if (this.#hasRestRun) this.#settle('done');
    else this.#runRest();
  }

  #call(handler: AnyHandler, index: number, error: unknown, isError: boolean): void {
    const { req, res } = this.#bridge;
    let called = false;
    const next: ConnectNext = (given) => {
      const hasError =
        given !== undefined && given !== null && given !== false && given !== 'route' && given !== 'router';
      if (called || this.#state !== 'running') {
        this.#again(given, hasError);
        return;
      }
      called = true;
      this.#step(index + 1, given, hasError);
    };
    try {
      const result = this.#bridge.call(() =>
        isError ? handler(error, req, res, next) : handler(req, res, next),
      );
      if (isPromise(result)) result.then(undefined, (thrown: unknown) => this.#thrown(thrown, called, next));
    } catch (thrown) {
      this.#thrown(thrown, called, next);
    }
  }

  /** Middleware has thrown. If it has called `next()` before, that is too late for other middleware. */
  #thrown(thrown: unknown, called: boolean, next: ConnectNext): void {
    if (called) this.#bridge.fail(thrown);
    else next(thrown ?? new Error(`Connect middleware threw ${String(thrown)}.`));
  }

  /** A second `next()`, or one after an answer. */
  #again(error: unknown, hasError: boolean): void {
    if (hasError) {
      // A failed request fails once, whoever notices.
      if (this.#state !== 'failed') this.#bridge.fail(error);
    } else if (this.#state !== 'failed' && !this.#isWarned) {
      this.#isWarned = true;
      this.#bridge.warn('Connect middleware called next() again, or after it had answered', {});
    }
  }

  #runRest(): void {
    this.#hasRestRun = true;
    const { ctx } = this.#bridge;
    // Its time is up, or something else has answered.
    if (ctx.superseded || ctx.exchange.responded) {
      this.#settle('done');
      return;
    }
    let running: void | Promise<void>;
    try {
      // Middleware may call next() in the asynchronous context of a connection to a database.
      running = tryUseContext() === ctx ? this.#rest() : runWithContext(ctx, this.#rest);
    } catch (error) {
      this.#restFailed(error);
      return;
    }
    if (!running) this.#settle('done');
    else
      running.then(
        () => this.#settle('done'),
        (error: unknown) => this.#restFailed(error),
      );
  }

  #restFailed(error: unknown): void {
    if (this.#state !== 'running') this.#bridge.fail(error);
    else if (this.#bridge.ctx.exchange.aborted) this.#fail(error);
    else this.#step(0, error, true);
  }

  #settle(state: 'done' | 'failed', reason?: unknown): void {
    if (this.#state !== 'running') return;
    this.#state = state;
    this.#reason = reason;
    this.#bridge.unwait(this);
    if (state === 'done') this.#resolve?.();
    else this.#reject?.(reason);
  }

  #fail(error: unknown): void {
    this.#settle('failed', toAnswer(error));
  }
}

/** An error of the Express world, which has a status (`http-errors`), as one that is answered with that status. */
function toAnswer(thrown: unknown): Error {
  const error = toError(thrown);
  if (readHttpError(error)) return error;
  const { status, statusCode, expose } = error as {
    status?: unknown;
    statusCode?: unknown;
    expose?: unknown;
  };
  const code = status ?? statusCode;
  if (typeof code !== 'number' || !Number.isInteger(code) || code < 400 || code > 599) return error;
  const isExposed = expose === undefined ? code < 500 : expose === true;
  return new HttpError(code, isExposed ? error.message : titleOf(code), { cause: error });
}
