import { logError, logLine } from '@blaizejs/context/internal';
import type { Logger, RateLimitPolicy, RateLimitResult, RateLimitStore } from '@blaizejs/types';

import { isPromise } from '../is-promise.ts';

/** Milliseconds for which a store is left alone when it has failed; twice as long each time that it fails again. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1_000;

/** The result of a store; undefined if it has none for now. */
type Outcome = RateLimitResult | undefined;

/**
 * Keeps requests from waiting for a store that fails or hangs. Once that has happened, they get no result at once, and one
 * request at a time finds out whether the store is back: soon at first, then once a second.
 */
export class StoreGuard {
  readonly #store: RateLimitStore;
  readonly #timeout: number;
  readonly #now: () => number;
  /** 0 while the store works. */
  #pause = 0;
  #retryAt = 0;

  /** @param timeout milliseconds that the store may take */
  constructor(store: RateLimitStore, timeout: number, now: () => number = () => performance.now()) {
    this.#store = store;
    this.#timeout = timeout;
    this.#now = now;
  }

  /** Never throws or rejects. */
  consume(key: string, cost: number, policy: RateLimitPolicy, log: () => Logger): Outcome | Promise<Outcome> {
    const isTrial = this.#pause > 0;
    if (isTrial) {
      if (this.#now() < this.#retryAt) return undefined;
      this.#retryAt = Infinity;
    }
    try {
      const result = this.#store.consume(key, cost, policy);
      if (isPromise(result)) return this.#settle(result, isTrial, log);
      if (isTrial) this.#recover(log);
      return result;
    } catch (error) {
      this.#fail(error, isTrial, log);
      return undefined;
    }
  }

  #settle(pending: Promise<RateLimitResult>, isTrial: boolean, log: () => Logger): Promise<Outcome> {
    return new Promise((resolve) => {
      let isOver = false;
      const end = (finish: () => Outcome): void => {
        if (isOver) return;
        isOver = true;
        clearTimeout(timer);
        resolve(finish());
      };
      const fail = (error: unknown): void => {
        end(() => {
          this.#fail(error, isTrial, log);
          return undefined;
        });
      };
      const giveUp = (): void => {
        fail(new Error(`The store did not answer within ${this.#timeout} ms.`));
      };
      // If this process was busy for that long, the answer may be here already: the second timer lets it come first.
      let timer = setTimeout(() => (timer = setTimeout(giveUp)), this.#timeout);
      pending.then((result) => {
        end(() => {
          if (isTrial) this.#recover(log);
          return result;
        });
      }, fail);
    });
  }

  #fail(error: unknown, isTrial: boolean, log: () => Logger): void {
    if (this.#pause > 0 && !isTrial) return;
    if (!isTrial) logError(log, 'warn', error, 'The store of a rate limit fails');
    this.#pause = Math.min(Math.max(this.#pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
    this.#retryAt = this.#now() + this.#pause;
  }

  #recover(log: () => Logger): void {
    this.#pause = 0;
    logLine(log, 'info', 'The store of a rate limit works again');
  }
}
