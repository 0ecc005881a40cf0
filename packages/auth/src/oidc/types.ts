import type {
  AnyContext,
  AnySchema,
  KeyValueStore,
  Middleware,
  MiddlewareContext,
  Plugin,
  SchemaOutput,
} from '@blaizejs/types';

import type { Awaitable, Lookup } from '../authenticator.ts';
import type { OidcClaims } from './claims.ts';
import type { OidcTokens } from './tokens.ts';

/** What a schema makes of the claims; the claims themselves without a schema. */
export type OidcClaimsOf<S> = S extends AnySchema ? SchemaOutput<S> : OidcClaims;
/** The user, if there is no `load`. */
export type UserOf<S> = OidcClaimsOf<S>;

/** The options of {@link oidc}. */
export interface OidcOptions<S extends AnySchema | undefined, User, Own> {
  /** The provider, as it names itself: `https:`; `http:` only for localhost. Its metadata is fetched when it is first needed. */
  readonly issuer: string | URL;
  /** The id that the provider gave to this app. */
  readonly clientId: string;
  /** The secret that the provider gave to this app. Default: none, for a public client. */
  readonly clientSecret?: string | undefined;
  /** How the secret is sent: in the header `Authorization`, or in the body. Default: `basic`. */
  readonly clientAuthentication?: 'basic' | 'post' | undefined;
  /**
   * Where the provider sends browsers back to, as it is registered there: `https://app.example.com/auth/callback`. The routes
   * are at this path and next to it. It is never made from a request.
   */
  readonly redirectUri: string | URL;
  /** What `session()` returned. The login is kept in that session, which gets a new id. */
  readonly session: Middleware<{ session: Own }>;
  /**
   * A secret of at least 32 bytes, which seals attempts to sign in, and tokens. It may be that of the session. To change it,
   * give a list: the first seals, all of them open.
   */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /** Tells several providers of one app apart: letters, digits and `-`. Default: `oidc`. */
  readonly name?: string | undefined;
  /** Default: `openid`, `profile` and `email`. */
  readonly scopes?: readonly string[] | undefined;
  /** More parameters for the provider: `{ prompt: 'consent' }`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** Also ask the userinfo endpoint for claims, at each login. Default: false. */
  readonly userInfo?: boolean | undefined;
  /** The schema of the claims. The session keeps what it returns, which must be JSON. Whom it rejects can't sign in (403). */
  readonly schema?: S | undefined;
  /** Called at each login, to create or update the user. To refuse one, throw a `ForbiddenError`. */
  readonly onLogin?: ((claims: OidcClaimsOf<S>, ctx: AnyContext) => Awaitable<void>) | undefined;
  /** Finds the user, for each request. Without one, the login is over. Default: the claims are the user. */
  readonly load?: ((claims: OidcClaimsOf<S>, ctx: MiddlewareContext) => Lookup<User>) | undefined;
  /** Where tokens are kept, sealed, for {@link OidcLogin.tokens}. Several processes need a common one. Default: none are kept. */
  readonly store?: KeyValueStore | undefined;
  /**
   * Adds `POST backchannel-logout`, by which the provider ends sessions here (OpenID Connect Back-Channel Logout 1.0). Needs
   * a `store`, which each request of a signed-in user then asks. Default: false.
   */
  readonly backchannelLogout?: boolean | undefined;
  /**
   * Sends the ID token to the provider at logout, in the URL of a redirect: the browser sees it. Some providers need it, such as
   * Okta. Needs a `store`. Default: false.
   */
  readonly idTokenHint?: boolean | undefined;
  /** The path to go to after signing in, if `returnTo` names no path of this site. Default: `/`. */
  readonly home?: string | undefined;
  /** The path to go to after signing out. Register its whole URL at the provider. Default: `/`. */
  readonly afterLogout?: string | undefined;
  /** Milliseconds that someone has to sign in at the provider. Default: 600 000 (10 minutes). */
  readonly attemptTimeout?: number | undefined;
  /** How far clocks may differ, in milliseconds. Default: 5 000. */
  readonly clockTolerance?: number | undefined;
  /** Milliseconds that each call to the provider may take. After that, the answer is a 503. Default: 5 000. */
  readonly timeout?: number | undefined;
}

/** The options of {@link OidcLogin.auth}. */
export interface OidcAuthOptions {
  /** Whether requests of people who have not signed in are served too, with `ctx.state.user` undefined. Default: false. */
  readonly optional?: boolean | undefined;
  /** Sends navigations of browsers to the login instead of answering 401. They come back to the same page. Default: false. */
  readonly redirect?: boolean | undefined;
}

/** A login: the plugin that adds its routes, and what your own routes need of it. */
export interface OidcLogin<User, Own = unknown> extends Plugin {
  /**
   * Makes a middleware that puts the user on `ctx.state.user`, and the session on `ctx.state.session`. Without a user, the
   * answer is 401.
   */
  auth(
    options: OidcAuthOptions & { readonly optional: true },
  ): Middleware<{ session: Own; user: User | undefined }>;
  auth(
    options?: OidcAuthOptions & { readonly optional?: false | undefined },
  ): Middleware<{ session: Own; user: User }>;
  /**
   * The tokens of the person who has signed in, for calls to APIs. They are refreshed if need be: once, however many
   * requests ask at the same time. Never send them to a client.
   *
   * @throws UnauthorizedError (401) `ERR_BLAIZE_AUTH_TOKENS` if there are none, or the provider has ended the login;
   * ServiceUnavailableError (503) `ERR_BLAIZE_AUTH_PROVIDER` if it can't be asked
   */
  tokens(ctx: AnyContext): Promise<OidcTokens>;
  /** What the userinfo endpoint says now. @throws as {@link OidcLogin.tokens} */
  userInfo(ctx: AnyContext): Promise<OidcClaims>;
}
