import { ForbiddenError } from '@blaizejs/errors';
import { callback, checkBuiltIn, optional, options as shapeOf, text } from '@blaizejs/errors/internal';
import { createMiddleware } from '@blaizejs/middleware';
import type { Middleware, MiddlewareContext, SecuritySchemes } from '@blaizejs/types';

import { type AuthState, authStateOf } from './auth-state.ts';
import { type Awaitable, missing } from './authenticator.ts';

/** The context of a guard: there is a user. */
export type GuardContext<User> = MiddlewareContext<{ user: User }>;

/** Decides whether a user may go on. */
export type Allow<User> = (user: User, ctx: GuardContext<User>) => Awaitable<boolean>;

/** As {@link Allow}, if it proves something about the user: the handler sees that in `ctx.state.user`. */
export type Prove<User, Proven extends User> = (user: User, ctx: GuardContext<User>) => user is Proven;

/** The options of {@link guard}. */
export interface GuardOptions {
  /** For `blaize routes` and logs. Default: `guard`. */
  readonly name?: string | undefined;
  /** What the client is told with the 403. Default: `You are not allowed to do this.` */
  readonly message?: string | undefined;
}

const check = shapeOf(
  { name: optional(text('a name')), message: optional(text('a sentence')) },
  'an object of options, such as { name: "can-edit" }',
);
const checkAllow = shapeOf({ allow: callback('(user, ctx) that returns true or false') }, 'a function');

/**
 * Makes a guard: a middleware that lets only some users go on. Without a user the answer is 401 with a challenge, and if
 * `allow` returns false it is 403 (RFC 9110 sections 15.5.2 and 15.5.4).
 *
 * ```ts
 * const requirePro = guard((user: User): user is ProUser => user.plan === 'pro', { name: 'pro' });
 * ```
 *
 * It needs `ctx.state.user`, which `basicAuth()`, `jwtAuth()`, `apiKeyAuth()` or your own middleware adds: without that, or
 * before it, it does not compile. If `allow` is a type predicate, the handler sees the narrower user.
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists everything that is wrong with the options. For a request: UnauthorizedError (401) `ERR_BLAIZE_UNAUTHORIZED`,
 * ForbiddenError (403) `ERR_BLAIZE_FORBIDDEN`
 */
export function guard<User, Proven extends User>(
  allow: Prove<User, Proven>,
  options?: GuardOptions,
): Middleware<{ user: Proven }, { user: User | undefined }>;
export function guard<User>(
  allow: Allow<User>,
  options?: GuardOptions,
): Middleware<{ user: {} }, { user: User | undefined }>;
export function guard<User>(
  allow: Allow<User>,
  options: GuardOptions = {},
): Middleware<{ user: {} }, { user: User | undefined }> {
  checkBuiltIn('guard', checkAllow, { allow });
  const { name = 'guard', message = 'You are not allowed to do this.' } = checkBuiltIn(
    'guard',
    check,
    options,
  );
  return toGuard<User, { user: {} }>({
    name,
    run: async (user, ctx) => {
      if (!(await allow(user, ctx))) throw new ForbiddenError(message);
    },
  });
}

interface Guard<User> {
  readonly name: string;
  readonly security?: SecuritySchemes | undefined;
  /** Throws if the user may not go on. */
  readonly run: (user: User, ctx: GuardContext<User>, auth: AuthState) => Awaitable<void>;
}

/** Makes the middleware of a guard. */
export function toGuard<User, Adds>({
  name,
  security = { any: { type: 'scopes', scopes: [] } },
  run,
}: Guard<User>): Middleware<Adds, { user: User | undefined }> {
  return createMiddleware<Adds, { user: User | undefined }>({
    name,
    security,
    onRequest: (ctx) => {
      const auth = authStateOf(ctx.state);
      const { user } = ctx.state;
      if (user === undefined || user === null) throw missing(auth.challenges);
      return run(user, ctx as GuardContext<User>, auth);
    },
  });
}
