import { createApp } from '@blaizejs/app';
import { createGetRoute } from '@blaizejs/router';
import type { Middleware, Plugin } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

import { requireUser } from './index.ts';
import { oidc, type OidcClaims, type OidcTokens } from './oidc.ts';
import { session, type Session } from './session.ts';

interface Data {
  cart: readonly string[];
}
const sessions = session<Data>({ secret: '' });
const given = {
  issuer: 'https://login.example.com',
  clientId: 'app',
  redirectUri: 'https://app.example.com/auth/callback',
  session: sessions,
  secret: process.env['SECRET'],
} as const;

// The claims are the user.
const login = oidc(given);
expectTypeOf(login).toExtend<Plugin>();
expectTypeOf(login.auth()).toEqualTypeOf<Middleware<{ session: Session<Data>; user: OidcClaims }>>();
expectTypeOf(login.auth({ redirect: true })).toEqualTypeOf<
  Middleware<{ session: Session<Data>; user: OidcClaims }>
>();
expectTypeOf(login.auth({ optional: true })).toEqualTypeOf<
  Middleware<{ session: Session<Data>; user: OidcClaims | undefined }>
>();

// A schema types them.
const schema = z.object({ sub: z.string(), email: z.email() });
expectTypeOf(oidc({ ...given, schema }).auth()).toEqualTypeOf<
  Middleware<{ session: Session<Data>; user: { sub: string; email: string } }>
>();

// Or what `load` returns is the user.
const users = new Map<string, { readonly id: number }>();
const loading = oidc({ ...given, schema, load: async ({ email }) => users.get(email) });
expectTypeOf(loading.auth()).toEqualTypeOf<
  Middleware<{ session: Session<Data>; user: { readonly id: number } }>
>();

createApp({ plugins: [login] }).router.addRoute('GET', '/', {
  middleware: [login.auth()],
  handler: async (ctx) => {
    expectTypeOf(ctx.state.user).toEqualTypeOf<OidcClaims>();
    expectTypeOf(ctx.state.session.get('cart')).toEqualTypeOf<Promise<readonly string[] | undefined>>();
    expectTypeOf(login.tokens(ctx)).toEqualTypeOf<Promise<OidcTokens>>();
  },
});

// Several providers, and a guard for any of them.
createGetRoute({
  middleware: [loading.auth({ optional: true }), requireUser()],
  handler: ({ state }) => {
    expectTypeOf(state.user).toExtend<{ readonly id: number }>();
  },
});

// @ts-expect-error -- no `redirectUri`
oidc({ ...given, redirectUri: undefined });
// @ts-expect-error -- `scopes`
oidc({ ...given, scope: 'openid' });
// @ts-expect-error -- not what session() returns
oidc({ ...given, session: login });
