import type { KeyValueStore } from '@blaizejs/types';

/** Milliseconds for which a store is left alone when it has failed; twice as long each time that it fails again. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1_000;

interface Waiting {
  readonly until: number;
  readonly giveUp: () => void;
}

/**
 * Keeps requests from waiting for a store that fails or hangs. Once that has happened, there is nothing in it for a while, and then
 * one request at a time finds out whether it is back.
 */
export class GuardedStore {
  readonly #store: KeyValueStore;
  readonly #timeout: number;
  readonly #report: (error: unknown) => void;
  readonly #waiting = new Set<Waiting>();
  #isWatching = false;
  /** 0 while the store works. */
  #pause = 0;
  #retryAt = 0;

  /** @param report is told of the first failure, until the store works again */
  constructor(store: KeyValueStore, timeout: number, report: (error: unknown) => void) {
    this.#store = store;
    this.#timeout = timeout;
    this.#report = report;
  }

  /** Undefined also if the store fails. Never rejects. */
  get(key: string): Promise<Uint8Array | undefined> {
    return this.#run((store) => store.get(key));
  }

  /** Whether it was stored. Never rejects. */
  async set(
    key: string,
    value: Uint8Array,
    options: { readonly ttl: number; readonly tags: readonly string[] },
  ): Promise<boolean> {
    return (await this.#run((store) => store.set(key, value, options).then(() => true))) === true;
  }

  /** Whether it was deleted. Never rejects. */
  async delete(key: string): Promise<boolean> {
    return (await this.#run((store) => store.delete(key).then(() => true))) === true;
  }

  #run<T>(operate: (store: KeyValueStore) => Promise<T>): Promise<T | undefined> {
    const isTrial = this.#pause > 0;
    if (isTrial) {
      if (performance.now() < this.#retryAt) return Promise.resolve(undefined);
      this.#retryAt = Infinity;
    }
    return new Promise((resolve) => {
      const waiting: Waiting = {
        until: performance.now() + this.#timeout,
        giveUp: () => {
          fail(new Error(`The store did not answer within ${this.#timeout} ms.`));
        },
      };
      const fail = (error: unknown): void => {
        if (!this.#waiting.delete(waiting)) return;
        this.#fail(error, isTrial);
        resolve(undefined);
      };
      this.#waiting.add(waiting);
      if (!this.#isWatching) this.#sweepIn(this.#timeout);
      try {
        operate(this.#store).then((result) => {
          if (!this.#waiting.delete(waiting)) return;
          if (isTrial) this.#pause = 0;
          resolve(result);
        }, fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  // One timer for all: they are in the order of their time.
  readonly #sweep = (): void => {
    this.#isWatching = false;
    const now = performance.now();
    for (const waiting of this.#waiting) {
      if (waiting.until > now) {
        this.#sweepIn(waiting.until - now);
        return;
      }
      waiting.giveUp();
    }
  };

  /** If this process was busy for that long, the results may be here already: they come first. */
  #sweepIn(milliseconds: number): void {
    this.#isWatching = true;
    setTimeout(() => setImmediate(this.#sweep), milliseconds).unref();
  }

  #fail(error: unknown, isTrial: boolean): void {
    if (this.#pause > 0 && !isTrial) return;
    if (!isTrial) this.#report(error);
    this.#pause = Math.min(Math.max(this.#pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
    this.#retryAt = performance.now() + this.#pause;
  }
}
