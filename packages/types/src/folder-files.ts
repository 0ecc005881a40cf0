import type { AppEnv, RegisteredEnv } from './app.ts';
import type { Context } from './context.ts';

/**
 * The default export of a `_404` file: answers requests without a route, at or below its folder. The status is 404 unless
 * the answer has another; the 200 of a plain `Response` counts as none. If it answers nothing, the framework does.
 *
 * ```ts
 * export default ((ctx) => ctx.response.html(page(ctx.request.path))) satisfies NotFoundHandler;
 * ```
 */
export type NotFoundHandler<Env extends AppEnv = RegisteredEnv> = (
  ctx: Context<{ state: Env['state']; services: Env['services'] }>,
) => unknown;

/**
 * The default export of an `_error` file: answers errors of the routes at and below its folder. The status is that of the
 * error (`HttpError.status`, otherwise 500) unless the answer has another; the 200 of a plain `Response` counts as none.
 * If it returns nothing, the error goes on to the `_error` file of the next folder up, and then to the framework; if it
 * throws, the new error does. An error may come before any middleware has run, so state is partial.
 *
 * ```ts
 * export default ((error, ctx) => {
 *   if (error instanceof NotFoundError) return ctx.response.html(page('Not here.'));
 * }) satisfies ErrorHandler;
 * ```
 */
export type ErrorHandler<Env extends AppEnv = RegisteredEnv> = (
  error: Error,
  ctx: Context<{ state: Partial<Env['state']>; services: Env['services'] }>,
) => unknown;
