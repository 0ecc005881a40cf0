import { randomUUID } from 'node:crypto';

import { ForbiddenError } from '@blaizejs/errors';
import { checkBuiltIn, flag, isObject, options as shapeOf, orElse } from '@blaizejs/errors/internal';
import { createMiddleware } from '@blaizejs/middleware';
import type {
  AnyContext,
  AnySchema,
  Context,
  Middleware,
  MiddlewareContext,
  PluginTarget,
  RecordedResponse,
  Schema,
} from '@blaizejs/types';
import * as client from 'openid-client';

import { toMiddleware } from '../authenticator.ts';
import { settingsOf } from '../session/known.ts';
import { RequestSession, type SessionSettings } from '../session/request-session.ts';
import { type Attempt, Attempts } from './attempt.ts';
import { BackchannelLogout } from './backchannel.ts';
import { type OidcClaims, personalClaims } from './claims.ts';
import { badLogin, noTokens } from './errors.ts';
import { type ResolvedOptions, resolveOptions } from './options.ts';
import { Provider } from './provider.ts';
import { ownPath } from './return-to.ts';
import { type OidcTokens, TokenVault } from './tokens.ts';
import type { OidcAuthOptions, OidcClaimsOf, OidcLogin, OidcOptions } from './types.ts';

/** What a session has of a login. */
interface Signed {
  /** The `name` of the options: several providers may use one session. */
  readonly by: string;
  readonly iss: string;
  readonly sub: string;
  readonly sid: string | undefined;
  /** When the ID token was issued, in seconds since 1970. */
  readonly iat: number;
  /** As the schema returned them. */
  readonly claims: unknown;
  /** Under which the tokens are kept. */
  readonly tokens: string | undefined;
}

const SIGNED = 'blaizejs:login';
const SETTINGS = { cooldown: 1000, maxAge: 3_600_000 };
const checkAuth = shapeOf(
  { optional: orElse(flag, false), redirect: orElse(flag, false) },
  'an object of options, such as { optional: true }',
);

/** Makes a login of options that have not been checked. */
export function checkedLogin<S extends AnySchema | undefined, User, Own>(
  options: OidcOptions<S, User, Own>,
): OidcLogin<User, Own> {
  return new Login<User, Own>(resolveOptions(options), options as OidcOptions<undefined, User, Own>);
}

class Login<User, Own> implements OidcLogin<User, Own> {
  readonly name: string;
  readonly version = '1.0.0';
  readonly #options: ResolvedOptions;
  readonly #given: OidcOptions<undefined, User, Own>;
  readonly #session: SessionSettings;
  readonly #provider: Provider;
  readonly #attempts: Attempts;
  readonly #vault: TokenVault | undefined;
  readonly #backchannel: BackchannelLogout | undefined;

  constructor(options: ResolvedOptions, given: OidcOptions<undefined, User, Own>) {
    const { name, secret, redirectUri, attemptTimeout, store, timeout } = options;
    this.name = name;
    this.#options = options;
    this.#given = given;
    this.#session = settingsOf(options.session) as SessionSettings;
    const { absolute: lasts, storeTimeout } = this.#session;
    this.#provider = new Provider({ ...SETTINGS, ...options, clientSecret: options.clientSecret });
    this.#attempts = new Attempts({
      name,
      secret,
      secure: redirectUri.protocol === 'https:',
      timeout: attemptTimeout,
    });
    const provider = this.#provider;
    const shared = { name, provider, lasts, timeout, storeTimeout };
    if (store) this.#vault = new TokenVault({ ...shared, secret, store, scopes: options.scopes });
    if (store && options.backchannelLogout) {
      const { clientId, clockTolerance } = options;
      this.#backchannel = new BackchannelLogout({ ...shared, store, clientId, clockTolerance });
    }
  }

  setup({ router }: PluginTarget): void {
    const middleware = [this.#given.session];
    const docs = { visibility: 'hidden' } as const;
    router.addRoute('GET', this.#path('login'), { docs, handler: (ctx) => this.#begin(ctx) });
    router.addRoute('GET', this.#options.redirectUri.pathname, {
      docs,
      middleware,
      handler: (ctx) => this.#complete(ctx),
    });
    router.addRoute('POST', this.#path('logout'), {
      docs,
      middleware,
      handler: (ctx) => this.#logOut(ctx),
    });
    const backchannel = this.#backchannel;
    if (backchannel) {
      router.addRoute('POST', this.#path('backchannel-logout'), {
        docs,
        bodyLimit: 64 * 1024,
        handler: (ctx) => backchannel.receive(ctx),
      });
    }
  }

  auth(
    options: OidcAuthOptions & { readonly optional: true },
  ): Middleware<{ session: Own; user: User | undefined }>;
  auth(
    options?: OidcAuthOptions & { readonly optional?: false | undefined },
  ): Middleware<{ session: Own; user: User }>;
  auth(options: OidcAuthOptions = {}): Middleware<{ session: Own; user: User }> {
    const { optional, redirect } = checkBuiltIn('auth', checkAuth, options);
    const { session } = this.#given;
    const inner = toMiddleware<User>({
      name: this.name,
      challenge: { scheme: 'Session', params: {} },
      security: [this.name, { type: 'apiKey', in: 'cookie', name: this.#session.jar.name }],
      optional,
      authenticate: async (ctx) => {
        const user = await this.#userOf(ctx);
        return user === undefined || user === null ? undefined : { user, scopes: [] };
      },
    });
    return createMiddleware<{ session: Own; user: User }>({
      name: `${this.name}-auth`,
      security: inner.security,
      onRequest: async (ctx) => {
        await session.onRequest?.(ctx);
        try {
          await inner.onRequest?.(ctx);
        } catch (error) {
          const isMissing = (error as { readonly code?: unknown }).code === 'ERR_BLAIZE_UNAUTHORIZED';
          if (!redirect || !isMissing || !isNavigation(ctx)) throw error;
          const { pathname, search } = ctx.request.url;
          const to = `${this.#path('login')}?returnTo=${encodeURIComponent(pathname + search)}`;
          ctx.response.append('vary', ['Sec-Fetch-Mode', 'Accept']).header('cache-control', 'no-store');
          return ctx.response.redirect(to, 303);
        }
        return undefined;
      },
      onSend: (ctx) => session.onSend?.(ctx),
    });
  }

  async tokens(ctx: AnyContext): Promise<OidcTokens> {
    const { id } = await this.#tokensOf(ctx);
    const { accessToken, tokenType, scopes, expires } = await (this.#vault as TokenVault).current(
      id,
      ctx.log,
    );
    return { accessToken, tokenType, scopes, expires };
  }

  async userInfo(ctx: AnyContext): Promise<OidcClaims> {
    const { accessToken } = await this.tokens(ctx);
    const { sub, iss } = (await this.#signedIn(ctx)) as Signed;
    const answer = await this.#provider.ask(ctx.log, (configuration) =>
      client.fetchUserInfo(configuration, accessToken, sub),
    );
    return { ...answer, iss } as OidcClaims;
  }

  async #tokensOf(ctx: AnyContext): Promise<{ readonly id: string }> {
    if (!this.#vault) {
      throw new TypeError('No tokens are kept. Give oidc() a `store`, such as redisKeyValueStore().');
    }
    const signed = await this.#signedIn(ctx);
    if (signed?.tokens === undefined) throw noTokens('Nobody has signed in here.');
    return { id: signed.tokens };
  }

  async #begin({ request, response, log }: Context): Promise<RecordedResponse> {
    const { redirectUri, scopes, parameters, home } = this.#options;
    const attempt: Attempt = {
      state: client.randomState(),
      nonce: client.randomNonce(),
      verifier: client.randomPKCECodeVerifier(),
      returnTo: this.#returnTo(request.query['returnTo']) ?? home,
      at: Date.now(),
    };
    const challenge = await client.calculatePKCECodeChallenge(attempt.verifier);
    const url = await this.#provider.ask(log, async (configuration) =>
      client.buildAuthorizationUrl(configuration, {
        ...parameters,
        redirect_uri: redirectUri.href,
        scope: scopes.join(' '),
        state: attempt.state,
        nonce: attempt.nonce,
        code_challenge: challenge,
        code_challenge_method: 'S256',
      }),
    );
    this.#attempts.begin(request, response, attempt);
    return response.header('cache-control', 'no-store').redirect(url, 303);
  }

  async #complete(ctx: Context): Promise<RecordedResponse> {
    const { request, response, log } = ctx;
    // The URL has a code.
    response.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer');
    const { search, searchParams } = request.url;
    const state = searchParams.get('state');
    const attempt = state === null ? undefined : this.#attempts.find(request, state);
    if (!attempt) throw badLogin('The sign-in is unknown here, was completed before, or took too long.');
    // From the options: what a request says of its host is not to be trusted.
    const url = new URL(this.#options.redirectUri);
    url.search = search;
    try {
      const answer = await this.#provider.ask(log, (configuration) =>
        client.authorizationCodeGrant(configuration, url, {
          expectedState: attempt.state,
          expectedNonce: attempt.nonce,
          pkceCodeVerifier: attempt.verifier,
          idTokenExpected: true,
        }),
      );
      await this.#signIn(ctx, answer);
      this.#attempts.end(response, attempt);
    } catch (error) {
      // Once the provider is back, the same page may succeed.
      if ((error as { readonly status?: unknown }).status !== 503) this.#attempts.end(response, attempt);
      throw error;
    }
    return response.redirect(attempt.returnTo, 303);
  }

  async #signIn(
    ctx: Context,
    answer: client.TokenEndpointResponse & client.TokenEndpointResponseHelpers,
  ): Promise<void> {
    const { sub, iss, iat, sid, ...token } = answer.claims() as client.IDToken;
    const more = this.#options.userInfo
      ? await this.#provider.ask(ctx.log, (configuration) =>
          client.fetchUserInfo(configuration, answer.access_token, sub),
        )
      : {};
    const claims = await this.#read(personalClaims({ ...more, ...token, sub, iss }));
    await this.#given.onLogin?.(claims, ctx as AnyContext);
    const session = this.#sessionOf(ctx);
    const before = (await session.get(SIGNED)) as Signed | undefined;
    // What belongs to somebody else must not be found in this session. What a guest has put there stays.
    if (before && (before.sub !== sub || before.iss !== iss)) session.destroy();
    else session.regenerate();
    const tokens = this.#vault && randomUUID();
    if (tokens !== undefined) await this.#vault?.keep(tokens, answer);
    const signed: Signed = {
      by: this.name,
      iss,
      sub,
      sid: typeof sid === 'string' ? sid : undefined,
      iat,
      claims,
      tokens,
    };
    session.set(SIGNED, signed);
    if (before?.tokens !== undefined && before.by === this.name) await this.#vault?.remove(before.tokens);
  }

  async #read(claims: OidcClaims): Promise<OidcClaims> {
    const schema = this.#options.schema as Schema | undefined;
    if (!schema) return claims;
    const result = await schema['~standard'].validate(claims);
    if (!result.issues) return result.value as OidcClaims;
    const [issue] = result.issues;
    const path = (issue?.path ?? []).map((part) => String(isObject(part) ? part['key'] : part)).join('.');
    throw new ForbiddenError(
      `The provider says too little, or something else than expected, about you: "${path}".`,
      {
        code: 'ERR_BLAIZE_AUTH_LOGIN_DENIED',
      },
    );
  }

  async #logOut(ctx: Context): Promise<RecordedResponse> {
    const { response, log } = ctx;
    const { idTokenHint, afterLogout, redirectUri } = this.#options;
    response.header('cache-control', 'no-store');
    const session = this.#sessionOf(ctx);
    const signed = await this.#signedIn(ctx);
    session.destroy();
    if (!signed) return response.redirect(afterLogout, 303);
    const kept = signed.tokens === undefined ? undefined : await this.#vault?.find(signed.tokens);
    if (signed.tokens !== undefined) await this.#vault?.remove(signed.tokens);
    try {
      const configuration = await this.#provider.configuration(log);
      const metadata = configuration.serverMetadata();
      const revocable = kept?.refreshToken ?? kept?.accessToken;
      if (revocable !== undefined && metadata.revocation_endpoint !== undefined) {
        ctx.waitUntil(
          this.#provider
            .ask(log, (own) => client.tokenRevocation(own, revocable))
            .catch((error: unknown) => log.warn({ err: error }, 'Tokens could not be revoked at logout.')),
        );
      }
      if (metadata.end_session_endpoint === undefined) return response.redirect(afterLogout, 303);
      const url = client.buildEndSessionUrl(configuration, {
        post_logout_redirect_uri: new URL(afterLogout, redirectUri).href,
        ...(idTokenHint && kept?.idToken !== undefined && { id_token_hint: kept.idToken }),
      });
      return response.redirect(url, 303);
    } catch {
      // Whoever signs out is out here, even if the provider is away.
      return response.redirect(afterLogout, 303);
    }
  }

  async #userOf(ctx: MiddlewareContext): Promise<User | null | undefined> {
    const signed = await this.#signedIn(ctx);
    if (!signed) return undefined;
    if (await this.#backchannel?.isOut(signed)) {
      this.#sessionOf(ctx).destroy();
      return undefined;
    }
    const { load } = this.#given;
    if (!load) return signed.claims as User;
    const user = await load(signed.claims as OidcClaimsOf<undefined>, ctx);
    if (user === undefined || user === null) this.#sessionOf(ctx).destroy();
    return user;
  }

  async #signedIn(ctx: AnyContext): Promise<Signed | undefined> {
    const signed = (await this.#sessionOf(ctx).get(SIGNED)) as Signed | undefined;
    return signed?.by === this.name ? signed : undefined;
  }

  #sessionOf({ state }: { readonly state: unknown }): RequestSession {
    const own = RequestSession.of(this.#session, (state as { readonly session?: unknown }).session);
    if (!own)
      throw new TypeError('The session of this login is missing: put its middleware, or auth(), before.');
    return own;
  }

  #path(name: string): string {
    return this.#options.redirectUri.pathname.replace(/[^/]*$/, name);
  }

  /** A path to return to: one of this site, and none of the login, as people would go in circles. */
  #returnTo(value: unknown): string | undefined {
    const path = ownPath(value);
    const isOurs = path?.startsWith(this.#path('')) === true && this.#path('') !== '/';
    return isOurs ? undefined : path;
  }
}

/** Whether a browser wants to show the answer as a page. */
function isNavigation({ request }: Pick<MiddlewareContext, 'request'>): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const mode = request.header('sec-fetch-mode');
  if (mode !== undefined) return mode === 'navigate';
  return request.header('accept')?.includes('text/html') === true;
}
