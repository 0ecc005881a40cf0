import { isLeftPromise } from '@blaizejs/errors/internal';

/**
 * Refuses what an async function returns where a yes or no is needed.
 *
 * @param who returned it, for the message
 * @param what it must return instead
 * @throws TypeError
 */
export function assertNoPromise(value: unknown, who: () => string, what = 'true or false'): void {
  if (!isLeftPromise(value)) return;
  throw new TypeError(`${who()} must return ${what}, not a promise.`);
}
