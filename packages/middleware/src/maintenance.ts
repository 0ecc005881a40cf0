import { ServiceUnavailableError } from '@blaizejs/errors';
import { callback, checkBuiltIn, is, isInteger, options, orElse } from '@blaizejs/errors/internal';
import type { HookContext, Middleware } from '@blaizejs/types';

import { assertNoPromise } from './assert-no-promise.ts';
import { createMiddleware } from './create-middleware.ts';

/** The options of {@link maintenance}. */
export interface MaintenanceOptions {
  /**
   * Whether requests are refused now. Called for each request, so it must be cheap: read a variable that a signal, a file
   * watcher or an admin route sets.
   */
  readonly when: (ctx: HookContext) => boolean;
  /** Seconds after which clients should try again (`Retry-After`). Default: 60. */
  readonly retryAfter?: number | undefined;
}

const maintenanceOptions = options(
  {
    when: callback<MaintenanceOptions['when']>('that returns true or false'),
    retryAfter: orElse(
      is<number>('a whole number of seconds', (value) => isInteger(value, 1, Number.MAX_SAFE_INTEGER)),
      60,
    ),
  },
  'an object of options, such as { when: () => isClosed }',
);

/**
 * Answers 503 while your application is closed for maintenance.
 *
 * ```ts
 * let migrating = false;
 * createServer({ middleware: [maintenance({ when: () => migrating })] });
 * ```
 *
 * Let health checks and admins through in `when`: it gets the context.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function maintenance(options: MaintenanceOptions): Middleware {
  const { when, retryAfter } = checkBuiltIn('maintenance', maintenanceOptions, options);
  const headers = { 'retry-after': String(retryAfter), 'cache-control': 'no-store' };
  return createMiddleware({
    name: 'maintenance',
    onRequest: (ctx) => {
      const isClosed: unknown = when(ctx);
      // Neither yes nor no: the site would stay open.
      assertNoPromise(isClosed, () => 'The `when` of maintenance()');
      if (isClosed === true) {
        throw new ServiceUnavailableError('Closed for maintenance. Try again later.', {
          headers,
          expose: true,
        });
      }
    },
  });
}
