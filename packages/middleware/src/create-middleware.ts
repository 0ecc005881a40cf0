import { BlaizeError } from '@blaizejs/errors';
import type { Middleware, MiddlewareContext, MiddlewareHandler, MiddlewareInput } from '@blaizejs/types';

/** What {@link createMiddleware} takes. */
export interface MiddlewareOptions<State> {
  /** For logs and `server.middleware`. Default: the handler's own name. */
  readonly name?: string | undefined;
  readonly handler: MiddlewareHandler<State>;
  /** Leaves this middleware out of a request; what it adds to the state is then not there. */
  readonly skip?: ((ctx: MiddlewareContext) => boolean) | undefined;
}

/**
 * Makes a middleware.
 *
 * ```ts
 * const requireUser = createMiddleware<{ user: User }>({
 *   name: 'require-user',
 *   handler: async (ctx, next) => {
 *     ctx.state.user = await userOf(ctx.request.header('authorization'));
 *     await next();
 *   },
 * });
 * ```
 *
 * @typeParam Adds what it puts on `ctx.state`; routes that use it see these properties
 * @typeParam Needs what middleware before it has put there, for its own handler to see
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE` where there is no handler
 */
export function createMiddleware<Adds = unknown, Needs = unknown>(
  input: MiddlewareOptions<Adds & Needs> | MiddlewareHandler<Adds & Needs>,
): Middleware<Adds> {
  const options: MiddlewareOptions<Adds & Needs> = typeof input === 'function' ? { handler: input } : input;
  if (typeof (options as Partial<MiddlewareOptions<Adds & Needs>> | null)?.handler !== 'function') {
    throw notMiddleware(input);
  }
  const { name, handler, skip } = options;
  return { name: name ?? (handler.name || 'anonymous'), handler, ...(skip && { skip }) };
}

/** Makes a named middleware of whatever is taken as one. @throws as {@link createMiddleware} does */
export function toMiddleware(input: MiddlewareInput): Middleware {
  if (typeof input === 'function') return createMiddleware(input);
  if (typeof (input as Partial<Middleware> | null)?.handler !== 'function') throw notMiddleware(input);
  return input;
}

function notMiddleware(input: unknown): BlaizeError {
  const came = input === null ? 'null' : Array.isArray(input) ? 'a list' : `a value of type ${typeof input}`;
  return new BlaizeError(
    'ERR_BLAIZE_MIDDLEWARE',
    `Middleware is a function (ctx, next) or what createMiddleware() gave, not ${came}.`,
  );
}
