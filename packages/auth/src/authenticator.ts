import { UnauthorizedError } from '@blaizejs/errors';
import { createMiddleware } from '@blaizejs/middleware';
import type { Middleware, MiddlewareContext, SecurityScheme } from '@blaizejs/types';

import { authStateOf } from './auth-state.ts';
import { type Challenge, writeChallenges } from './challenge.ts';

/** A value, or a promise of it. */
export type Awaitable<T> = T | Promise<T>;

/** What options look up may be found, or not. */
export type Lookup<T> = Awaitable<T | null | undefined>;

/** Who sent a request, and what their credentials allow. */
export interface Identity<User> {
  readonly user: User;
  readonly scopes: readonly string[];
}

/** Why credentials are refused. The text is sent to the client, so it names no secret. */
export class Refusal {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** One way to authenticate. */
export interface Authenticator<User> {
  /** The name of the middleware. */
  readonly name: string;
  readonly challenge: Challenge;
  /** Parameters that are added to the challenge if credentials are refused. */
  readonly onRefusal?: ((reason: string) => Challenge['params']) | undefined;
  /** The name of the security scheme in OpenAPI documents, and the scheme. */
  readonly security: readonly [string, SecurityScheme];
  readonly optional: boolean;
  /** Finds out who sends a request; undefined if it has no credentials of this kind. */
  authenticate(ctx: MiddlewareContext): Awaitable<Identity<User> | Refusal | undefined>;
}

/** Makes the middleware of a way to authenticate. */
export function toMiddleware<User>(way: Authenticator<User>): Middleware<{ user: User }> {
  const { name, challenge, optional } = way;
  const [schemeName, scheme] = way.security;

  const settle = (
    ctx: MiddlewareContext<{ user: User }>,
    result: Identity<User> | Refusal | undefined,
  ): void => {
    const auth = authStateOf(ctx.state);
    if (result instanceof Refusal) throw refuse(way, result);
    if (result === undefined) {
      if (!optional) throw missing([...auth.challenges, challenge]);
      auth.challenges.push(challenge);
      return;
    }
    auth.challenges.push(challenge);
    auth.proven = { challenge, scopes: result.scopes };
    ctx.state.user = result.user;
  };

  return createMiddleware<{ user: User }>({
    name,
    security: { [schemeName]: optional ? { ...scheme, optional } : scheme },
    onRequest: (ctx) => {
      // Another way has already succeeded, which is all that an optional one asks.
      if (optional && authStateOf(ctx.state).proven) return undefined;
      const result = way.authenticate(ctx);
      return result instanceof Promise ? result.then((found) => settle(ctx, found)) : settle(ctx, result);
    },
  });
}

// Whoever signs in with cookies has no challenge, and 401 needs one (RFC 9110 section 15.5.2). Browsers ignore this one.
const NO_CHALLENGE: Challenge = { scheme: 'Session', params: {} };

/** 401 for a request without credentials: the challenges say which would do. */
export function missing(challenges: readonly Challenge[]): UnauthorizedError {
  return new UnauthorizedError('The request has no credentials that are accepted here.', {
    headers: { 'www-authenticate': writeChallenges(challenges.length > 0 ? challenges : [NO_CHALLENGE]) },
  });
}

function refuse(way: Authenticator<unknown>, { reason }: Refusal): UnauthorizedError {
  const { scheme, params } = way.challenge;
  const challenge = { scheme, params: { ...params, ...way.onRefusal?.(reason) } };
  return new UnauthorizedError(reason, {
    code: 'ERR_BLAIZE_AUTH_CREDENTIALS',
    headers: { 'www-authenticate': writeChallenges([challenge]) },
  });
}
