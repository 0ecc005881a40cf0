import type { AnySchema } from '@blaizejs/types';

import { checkedLogin } from './oidc/login.ts';
import type { OidcLogin, OidcOptions, UserOf } from './oidc/types.ts';

export type { OidcClaims } from './oidc/claims.ts';
export type { OidcTokens } from './oidc/tokens.ts';
export type { OidcAuthOptions, OidcClaimsOf, OidcLogin, OidcOptions, UserOf } from './oidc/types.ts';
export type { Awaitable, Lookup } from './authenticator.ts';
export type {
  AnyContext,
  AnySchema,
  KeyValueOptions,
  KeyValueStore,
  Middleware,
  MiddlewareContext,
  Plugin,
} from '@blaizejs/types';

/**
 * Lets people sign in at a provider of OpenID Connect, such as Keycloak, Entra ID, Okta, Auth0 or Google: code flow with PKCE
 * (OAuth 2.1). It is a plugin, which adds three routes next to `redirectUri`:
 *
 * - `GET login`: sends the browser to the provider. `?returnTo=/path` says where to go after that
 * - `GET callback`, or whatever `redirectUri` ends with: comes back from there, and begins a new session
 * - `POST logout`: ends the session here, and at the provider
 *
 * ```ts
 * const sessions = session({ secret: process.env.SESSION_SECRET });
 * const login = oidc({
 *   issuer: 'https://login.example.com',
 *   clientId: 'my-app',
 *   clientSecret: process.env.CLIENT_SECRET,
 *   redirectUri: 'https://app.example.com/auth/callback',
 *   session: sessions,
 *   secret: process.env.SESSION_SECRET,
 * });
 *
 * createServer({ plugins: [login] });
 * createGetRoute({ middleware: [login.auth()], handler: ({ state }) => state.user.name });
 * ```
 *
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` that lists everything that is wrong with the options. For a request:
 * `ERR_BLAIZE_AUTH_LOGIN` (400) if what comes back belongs to no attempt of this browser, was used before or is too late;
 * `ERR_BLAIZE_AUTH_LOGIN_DENIED` (403) if the provider, or the person there, refuses; `ERR_BLAIZE_AUTH_PROVIDER` (503) if the provider is
 * away, too slow or broken
 */
export function oidc<const S extends AnySchema | undefined = undefined, User = UserOf<S>, Own = unknown>(
  options: OidcOptions<S, User, Own>,
): OidcLogin<User, Own> {
  return checkedLogin(options);
}
