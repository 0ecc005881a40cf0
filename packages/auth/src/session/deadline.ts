import { toError } from '@blaizejs/errors/internal';

import { storeFailed } from './errors.ts';

/** The time that a store has for several calls together. */
export class Deadline {
  readonly #milliseconds: number;
  // Not `Date`: the clock may be set.
  readonly #end: number;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.#end = performance.now() + milliseconds;
  }

  /**
   * Waits for a call of the store. Once the time is up, it makes no more calls: what comes later must not write.
   *
   * @throws ServiceUnavailableError (503) if it fails, or the time is up
   */
  wait<T>(call: () => Promise<T>): Promise<T> {
    if (performance.now() >= this.#end) return Promise.reject(this.#late());
    return this.waitFor(attempt(call));
  }

  /** Waits for what makes the calls. @throws ServiceUnavailableError (503) if the time is up */
  async waitFor<T>(work: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => reject(this.#late()), this.#end - performance.now());
    });
    try {
      return await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #late(): Error {
    return storeFailed(`did not answer within ${this.#milliseconds} ms`);
  }
}

async function attempt<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (thrown) {
    throw storeFailed('failed', toError(thrown));
  }
}
