import type { HookContext, Middleware } from '@blaizejs/types';

import { assertNoPromise } from './assert-no-promise.ts';

/**
 * Whether a middleware is left out for a request.
 *
 * @throws TypeError if `skip` returns a promise: that would count as yes, and the middleware would never run
 */
export function skips(current: Middleware, ctx: HookContext): boolean {
  const result: unknown = current.skip?.(ctx);
  assertNoPromise(result, () => `The \`skip\` of middleware "${current.name || 'anonymous'}"`);
  return Boolean(result);
}
