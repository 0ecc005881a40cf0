import { isPromise } from './is-promise.ts';

/**
 * Refuses what an async function returns where a yes or no is needed. TypeScript refuses such functions; JavaScript does not.
 *
 * @param who returned it, for the message
 * @param what it must return instead
 * @throws TypeError
 */
export function assertNoPromise(value: unknown, who: () => string, what = 'true or false'): void {
  if (!isPromise(value)) return;
  // Nobody awaits it.
  Promise.resolve(value).catch(() => undefined);
  throw new TypeError(`${who()} must return ${what}, not a promise.`);
}
