import { toError } from '@blaizejs/errors/internal';
import type { KeyValueStore } from '@blaizejs/types';

/** Milliseconds for which a store is left alone when it has failed; twice as long each time that it fails again. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1_000;

/** What a call of a store came to. */
export type Outcome<T> = { readonly isAway: false; readonly value: T } | Away;

/** The store failed, took too long, or is left alone for now. */
export interface Away {
  readonly isAway: true;
  readonly error: Error;
}

/** Told once when a store fails, and once when it works again. */
export interface GuardEvents {
  onFail?(error: Error): void;
  onRecover?(): void;
}

/**
 * Keeps who asks from waiting for a store that fails or hangs. Once that has happened, it is away: nobody waits for it, and
 * one call at a time finds out whether it is back, soon at first, then once a second.
 */
export class StoreGuard<Store = KeyValueStore> {
  readonly #store: Store;
  readonly #timeout: number;
  readonly #events: GuardEvents;
  readonly #now: () => number;
  /** 0 while the store works. */
  #pause = 0;
  #retryAt = 0;
  #away: Away | undefined;

  /** @param timeout milliseconds that a call may take */
  constructor(
    store: Store,
    timeout: number,
    events: GuardEvents = {},
    now: () => number = () => performance.now(),
  ) {
    this.#store = store;
    this.#timeout = timeout;
    this.#events = events;
    this.#now = now;
  }

  /** Calls the store. Never rejects. */
  async attempt<T>(call: (store: Store) => Promise<T>): Promise<Outcome<T>> {
    const isTrial = this.#pause > 0;
    if (isTrial && this.#away) {
      if (this.#now() < this.#retryAt) return this.#away;
      this.#retryAt = Infinity;
    }
    try {
      const value = await withinTime(call(this.#store), this.#timeout);
      if (isTrial) this.#recover();
      return { isAway: false, value };
    } catch (thrown) {
      return this.#fail(toError(thrown), isTrial);
    }
  }

  #fail(error: Error, isTrial: boolean): Away {
    const away: Away = { isAway: true, error };
    // One that was under way when the store was found to be away.
    if (this.#pause > 0 && !isTrial) return away;
    this.#away = away;
    this.#pause = Math.min(Math.max(this.#pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
    this.#retryAt = this.#now() + this.#pause;
    if (!isTrial) this.#events.onFail?.(error);
    return away;
  }

  #recover(): void {
    this.#pause = 0;
    this.#away = undefined;
    this.#events.onRecover?.();
  }
}

/** @throws Error if it takes longer than that many milliseconds */
export async function withinTime<T>(pending: Promise<T>, milliseconds: number): Promise<T> {
  const state = { isSettled: false };
  const settle = (): void => {
    state.isSettled = true;
  };
  pending.then(settle, settle);
  // What is in memory is here by then, and needs no timer.
  await Promise.resolve();
  return state.isSettled ? pending : race(pending, milliseconds);
}

function race<T>(pending: Promise<T>, milliseconds: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error(`The store did not answer within ${milliseconds} ms.`));
    // If this process was busy for that long, the answer may be here already: the second timer lets it come first.
    let timer = setTimeout(() => (timer = setTimeout(giveUp)), milliseconds);
    const end = (): void => clearTimeout(timer);
    pending.then(
      (value) => {
        end();
        resolve(value);
      },
      (error: unknown) => {
        end();
        reject(toError(error));
      },
    );
  });
}
