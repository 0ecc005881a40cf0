import { logError, logLine } from '@blaizejs/context/internal';
import type { Logger, RateLimitPolicy, RateLimitResult, RateLimitStore } from '@blaizejs/types';

import { isPromise } from '../is-promise.ts';
import { afterTime, Outage, type Turn } from '../outage.ts';

/** The result of a store; undefined if it has none for now. */
type Outcome = RateLimitResult | undefined;

/**
 * Keeps requests from waiting for a store that fails or hangs. Once that has happened, they get no result at once, and one
 * request at a time finds out whether the store is back: soon at first, then once a second.
 */
export class StoreGuard {
  readonly #store: RateLimitStore;
  readonly #timeout: number;
  readonly #outage: Outage;

  /** @param timeout milliseconds that the store may take */
  constructor(store: RateLimitStore, timeout: number, now?: () => number) {
    this.#store = store;
    this.#timeout = timeout;
    this.#outage = new Outage(now);
  }

  /** Never throws or rejects. */
  consume(key: string, cost: number, policy: RateLimitPolicy, log: () => Logger): Outcome | Promise<Outcome> {
    const turn = this.#outage.begin();
    if (turn === undefined) return undefined;
    try {
      const result = this.#store.consume(key, cost, policy);
      if (isPromise(result)) return this.#settle(result, turn, log);
      this.#succeed(turn, log);
      return result;
    } catch (error) {
      this.#fail(error, turn, log);
      return undefined;
    }
  }

  #settle(pending: Promise<RateLimitResult>, turn: Turn, log: () => Logger): Promise<Outcome> {
    return new Promise((resolve) => {
      let isOver = false;
      const end = (finish: () => Outcome): void => {
        if (isOver) return;
        isOver = true;
        stop();
        resolve(finish());
      };
      const fail = (error: unknown): void => {
        end(() => {
          this.#fail(error, turn, log);
          return undefined;
        });
      };
      const stop = afterTime(this.#timeout, () => {
        fail(new Error(`The store did not answer within ${this.#timeout} ms.`));
      });
      pending.then((result) => {
        end(() => {
          this.#succeed(turn, log);
          return result;
        });
      }, fail);
    });
  }

  #fail(error: unknown, turn: Turn, log: () => Logger): void {
    if (this.#outage.fail(turn)) logError(log, 'warn', error, 'The store of a rate limit fails');
  }

  #succeed(turn: Turn, log: () => Logger): void {
    if (this.#outage.succeed(turn)) logLine(log, 'info', 'The store of a rate limit works again');
  }
}
