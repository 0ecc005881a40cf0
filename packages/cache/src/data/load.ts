import { BlaizeError } from '@blaizejs/errors';

import { readTag } from './options.ts';

/** What a `load` gets. */
export interface LoadContext {
  /** Aborted when loading takes too long. */
  readonly signal: AbortSignal;
  /**
   * Adds tags that are only known now. A purge of such a tag beats this load in this process; in others, only what is stored
   * already.
   */
  addTags(...tags: string[]): void;
  /** Replaces the `ttl` of the options, in milliseconds; 0 keeps nothing. */
  setTtl(ttl: number): void;
}

/** What a `load` has said. */
export interface Loaded {
  readonly value: unknown;
  readonly tags: readonly string[];
  readonly ttl: number | undefined;
}

/** @throws TypeError if it is no function, before the store is asked: a hit would hide the slip */
export function assertLoad(load: unknown): void {
  if (typeof load === 'function') return;
  throw new TypeError(
    `cache.wrap(key, options, load) needs a function that loads the value, not ${load === undefined ? 'undefined' : `a value of type ${typeof load}`}.`,
  );
}

/**
 * Calls a `load`.
 *
 * @param timeout milliseconds
 * @throws BlaizeError `ERR_BLAIZE_CACHE_TIMEOUT`; what it throws itself
 */
export function callLoad(
  load: (context: LoadContext) => unknown,
  tags: readonly string[],
  timeout: number,
  key: string,
): Promise<Loaded> {
  const controller = new AbortController();
  const all = new Set(tags);
  let ttl: number | undefined;
  const context: LoadContext = {
    signal: controller.signal,
    addTags: (...more) => {
      for (const tag of more) all.add(readTag(tag));
    },
    setTtl: (milliseconds) => {
      if (typeof milliseconds !== 'number' || !(milliseconds >= 0)) {
        throw new RangeError(`setTtl() needs milliseconds from 0, not ${String(milliseconds)}.`);
      }
      ttl = milliseconds;
    },
  };
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      const error = new BlaizeError(
        'ERR_BLAIZE_CACHE_TIMEOUT',
        `The value for the key "${key}" took longer than ${timeout} ms to load.`,
      );
      controller.abort(error);
      reject(error);
    }, timeout);
    const run = async (): Promise<void> => {
      try {
        const value = await load(context);
        resolve({ value, tags: [...all], ttl });
      } catch (error) {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- passed on as it is
        reject(error);
      } finally {
        clearTimeout(timer);
      }
    };
    void run();
  });
}
