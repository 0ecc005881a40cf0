import { randomUUID } from 'node:crypto';

import { ForbiddenError } from '@blaizejs/errors';
import { isObject } from '@blaizejs/errors/internal';
import type { AnyContext, Context, RecordedResponse, Schema } from '@blaizejs/types';
import * as client from 'openid-client';

import type { Attempt } from './attempt.ts';
import { type OidcClaims, personalClaims } from './claims.ts';
import { badLogin } from './errors.ts';
import type { ResolvedOptions } from './options.ts';
import { type LoginParts, pathOf, sessionOf, type Signed, SIGNED } from './parts.ts';
import { ownPath } from './return-to.ts';

type Answer = client.TokenEndpointResponse & client.TokenEndpointResponseHelpers;
/** Called with the claims at each login. */
export type OnLogin = (claims: OidcClaims, ctx: AnyContext) => unknown;

/** Sends a browser to the provider. */
export async function begin(
  { options, provider, attempts }: LoginParts,
  { request, response, log }: Context,
): Promise<RecordedResponse> {
  const attempt: Attempt = {
    state: client.randomState(),
    nonce: client.randomNonce(),
    verifier: client.randomPKCECodeVerifier(),
    returnTo: pathToReturnTo(options, request.query['returnTo']) ?? options.home,
    at: Date.now(),
  };
  const challenge = await client.calculatePKCECodeChallenge(attempt.verifier);
  const configuration = await provider.configuration(log);
  const url = client.buildAuthorizationUrl(configuration, {
    ...options.parameters,
    redirect_uri: options.redirectUri.href,
    scope: options.scopes.join(' '),
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  attempts.begin(request, response, attempt);
  return response.header('cache-control', 'no-store').redirect(url, 303);
}

/** Takes what the provider has sent a browser back with. */
export async function complete(
  parts: LoginParts,
  ctx: Context,
  onLogin: OnLogin | undefined,
): Promise<RecordedResponse> {
  const { options, provider, attempts } = parts;
  const { request, response, log } = ctx;
  // The URL has a code.
  response.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
  const { search, searchParams } = request.url;
  const state = searchParams.get('state');
  const attempt = state === null ? undefined : attempts.find(request, state);
  if (!attempt) throw badLogin('The sign-in is unknown here, was completed before, or took too long.');
  // From the options: what a request says of its host is not to be trusted.
  const url = new URL(options.redirectUri);
  url.search = search;
  try {
    const answer = await provider.ask(log, (configuration) =>
      client.authorizationCodeGrant(configuration, url, {
        expectedState: attempt.state,
        expectedNonce: attempt.nonce,
        pkceCodeVerifier: attempt.verifier,
        idTokenExpected: true,
      }),
    );
    await enter(parts, ctx, answer, onLogin);
  } catch (error) {
    // Once the provider is back, the same page may succeed.
    if ((error as { readonly status?: unknown }).status !== 503) attempts.end(response, attempt);
    throw error;
  }
  attempts.end(response, attempt);
  return response.redirect(attempt.returnTo, 303);
}

/** Puts a login into the session. */
async function enter(
  parts: LoginParts,
  ctx: Context,
  answer: Answer,
  onLogin: OnLogin | undefined,
): Promise<void> {
  const { options, provider, vault } = parts;
  const { sub, iss, iat, sid, ...token } = answer.claims() as client.IDToken;
  const more = options.userInfo
    ? await provider.ask(ctx.log, (configuration) =>
        client.fetchUserInfo(configuration, answer.access_token, sub),
      )
    : {};
  const claims = await read(options, personalClaims({ ...more, ...token, sub, iss }));
  await onLogin?.(claims, ctx);
  const session = sessionOf(parts, ctx);
  const before = (await session.get(SIGNED)) as Signed | undefined;
  // What belongs to somebody else must not be found in this session. What a guest has put there stays.
  if (before && (before.sub !== sub || before.iss !== iss)) session.destroy();
  else session.regenerate();
  const tokens = vault && randomUUID();
  if (tokens !== undefined) await vault?.keep(tokens, answer);
  const signed: Signed = {
    by: options.name,
    iss,
    sub,
    sid: typeof sid === 'string' ? sid : undefined,
    iat,
    claims,
    tokens,
  };
  session.set(SIGNED, signed);
  if (before?.tokens !== undefined && before.by === options.name) await vault?.remove(before.tokens);
}

async function read({ schema }: ResolvedOptions, claims: OidcClaims): Promise<OidcClaims> {
  if (!schema) return claims;
  const result = await (schema as Schema)['~standard'].validate(claims);
  if (!result.issues) return result.value as OidcClaims;
  const [issue] = result.issues;
  const path = (issue?.path ?? []).map((part) => String(isObject(part) ? part['key'] : part)).join('.');
  throw new ForbiddenError(`What the provider says about you is not enough to sign in here: "${path}".`, {
    code: 'ERR_BLAIZE_AUTH_LOGIN_DENIED',
  });
}

/** A path to return to: one of this site, and none of the login itself, as that would lead nowhere. */
function pathToReturnTo(options: ResolvedOptions, value: unknown): string | undefined {
  const path = ownPath(value);
  const own = ['login', 'logout', 'backchannel-logout'].map((name) => pathOf(options, name));
  const { pathname } = new URL(path ?? '/', options.redirectUri);
  return [...own, options.redirectUri.pathname].includes(pathname) ? undefined : path;
}
