import { toError } from '@blaizejs/errors/internal';
import { afterTime, Outage, type Turn } from '@blaizejs/middleware/internal';
import type { KeyValueStore } from '@blaizejs/types';

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
  readonly #outage: Outage;
  /** The last failure that counted. */
  #away: Away = { isAway: true, error: new Error('The store was not asked yet.') };

  /** @param timeout milliseconds that a call may take */
  constructor(store: Store, timeout: number, events: GuardEvents = {}, now?: () => number) {
    this.#store = store;
    this.#timeout = timeout;
    this.#events = events;
    this.#outage = new Outage(now);
  }

  /** Calls the store. Never rejects. */
  async attempt<T>(call: (store: Store) => Promise<T>): Promise<Outcome<T>> {
    const turn = this.#outage.begin();
    if (turn === undefined) return this.#away;
    try {
      const value = await withinTime(call(this.#store), this.#timeout);
      if (this.#outage.succeed(turn)) this.#events.onRecover?.();
      return { isAway: false, value };
    } catch (thrown) {
      return this.#fail(toError(thrown), turn);
    }
  }

  #fail(error: Error, turn: Turn): Away {
    const away: Away = { isAway: true, error };
    const isNew = this.#outage.fail(turn);
    if (isNew || turn === 'trial') this.#away = away;
    if (isNew) this.#events.onFail?.(error);
    return away;
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
    const end = afterTime(milliseconds, () => {
      reject(new Error(`The store did not answer within ${milliseconds} ms.`));
    });
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
