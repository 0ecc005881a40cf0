import { checkBuiltIn, flag, options as shapeOf, orElse } from '@blaizejs/errors/internal';
import { createMiddleware } from '@blaizejs/middleware';
import type {
  AnyContext,
  AnySchema,
  Middleware,
  MiddlewareContext,
  MiddlewareResult,
  PluginTarget,
} from '@blaizejs/types';
import { fetchUserInfo } from 'openid-client';

import { toMiddleware } from '../authenticator.ts';
import { settingsOf } from '../session/known.ts';
import type { SessionSettings } from '../session/request-session.ts';
import { Attempts } from './attempt.ts';
import { BackchannelLogout } from './backchannel.ts';
import type { OidcClaims } from './claims.ts';
import { noTokens } from './errors.ts';
import { logOut } from './log-out.ts';
import { resolveOptions } from './options.ts';
import { type LoginParts, pathOf, sessionOf, type Signed, signedIn } from './parts.ts';
import { Provider } from './provider.ts';
import { begin, complete } from './sign-in.ts';
import { type OidcTokens, TokenVault } from './tokens.ts';
import type { OidcAuthOptions, OidcLogin, OidcOptions } from './types.ts';

const TIMES = { cooldown: 1000, maxAge: 3_600_000 };
const checkAuth = shapeOf(
  { optional: orElse(flag, false), redirect: orElse(flag, false) },
  'an object of options, such as { optional: true }',
);

/** Makes a login of options that have not been checked. */
export function checkedLogin<S extends AnySchema | undefined, User, Own>(
  options: OidcOptions<S, User, Own>,
): OidcLogin<User, Own> {
  return new Login<User, Own>(options as OidcOptions<undefined, User, Own>);
}

class Login<User, Own> implements OidcLogin<User, Own> {
  readonly name: string;
  readonly version = '1.0.0';
  readonly #given: OidcOptions<undefined, User, Own>;
  readonly #parts: LoginParts;
  readonly #backchannel: BackchannelLogout | undefined;

  constructor(given: OidcOptions<undefined, User, Own>) {
    const options = resolveOptions(given);
    const { name, secret, redirectUri, attemptTimeout, store, timeout, scopes } = options;
    const session = settingsOf(options.session) as SessionSettings;
    const provider = new Provider({ ...TIMES, ...options, clientSecret: options.clientSecret });
    const { absolute: lasts, storeTimeout } = session;
    const shared = { name, provider, lasts, timeout, storeTimeout };
    const secure = redirectUri.protocol === 'https:';
    this.name = name;
    this.#given = given;
    this.#parts = {
      options,
      session,
      provider,
      attempts: new Attempts({ name, secret, secure, timeout: attemptTimeout }),
      vault: store && new TokenVault({ ...shared, secret, store, scopes }),
    };
    if (store && options.backchannelLogout) {
      const { clientId, clockTolerance } = options;
      this.#backchannel = new BackchannelLogout({ ...shared, store, clientId, clockTolerance });
    }
  }

  setup({ router }: PluginTarget): void {
    const parts = this.#parts;
    const { options } = parts;
    const { session, onLogin } = this.#given;
    const shared = { middleware: [session], docs: { visibility: 'hidden' } } as const;
    router.addRoute('GET', pathOf(options, 'login'), {
      docs: shared.docs,
      handler: (ctx) => begin(parts, ctx),
    });
    router.addRoute('GET', options.redirectUri.pathname, {
      ...shared,
      handler: (ctx) => complete(parts, ctx, onLogin),
    });
    router.addRoute('POST', pathOf(options, 'logout'), { ...shared, handler: (ctx) => logOut(parts, ctx) });
    const backchannel = this.#backchannel;
    if (!backchannel) return;
    router.addRoute('POST', pathOf(options, 'backchannel-logout'), {
      docs: shared.docs,
      bodyLimit: 64 * 1024,
      handler: (ctx) => backchannel.receive(ctx),
    });
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
      security: [this.name, { type: 'apiKey', in: 'cookie', name: this.#parts.session.jar.name }],
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
          return await inner.onRequest?.(ctx);
        } catch (error) {
          const isMissing = (error as { readonly code?: unknown }).code === 'ERR_BLAIZE_UNAUTHORIZED';
          if (!redirect || !isMissing) throw error;
          ctx.response.append('vary', ['Sec-Fetch-Mode', 'Accept']);
          if (!isNavigation(ctx)) throw error;
          return this.#redirect(ctx);
        }
      },
      onSend: (ctx) => session.onSend?.(ctx),
    });
  }

  async tokens(ctx: AnyContext): Promise<OidcTokens> {
    const { vault } = this.#parts;
    if (!vault)
      throw new TypeError('No tokens are kept. Give oidc() a `store`, such as redisKeyValueStore().');
    const signed = await signedIn(this.#parts, ctx);
    if (signed?.tokens === undefined) throw noTokens('Nobody has signed in here.');
    const { accessToken, tokenType, scopes, expires } = await vault.current(signed.tokens, ctx.log);
    return { accessToken, tokenType, scopes, expires };
  }

  async userInfo(ctx: AnyContext): Promise<OidcClaims> {
    const { accessToken } = await this.tokens(ctx);
    const { sub, iss } = (await signedIn(this.#parts, ctx)) as Signed;
    const answer = await this.#parts.provider.ask(ctx.log, (configuration) =>
      fetchUserInfo(configuration, accessToken, sub),
    );
    return { ...answer, iss };
  }

  async #userOf(ctx: MiddlewareContext): Promise<User | null | undefined> {
    const signed = await signedIn(this.#parts, ctx);
    if (!signed) return undefined;
    const { load } = this.#given;
    const isOut = await this.#backchannel?.isOut(signed);
    const claims = signed.claims as OidcClaims;
    const user = isOut ? undefined : load ? await load(claims, ctx) : (claims as User);
    if (user === undefined || user === null) {
      sessionOf(this.#parts, ctx).destroy();
      if (signed.tokens !== undefined) await this.#parts.vault?.remove(signed.tokens);
    }
    return user;
  }

  #redirect({ request, response }: MiddlewareContext): MiddlewareResult {
    const { pathname, search } = request.url;
    const to = `${pathOf(this.#parts.options, 'login')}?returnTo=${encodeURIComponent(pathname + search)}`;
    return response.header('cache-control', 'no-store').redirect(to, 303);
  }
}

/**
 * Whether a browser wants to show the answer as a page. What it says itself is enough here, since a redirect is good for any of them;
 * `serveStatic()` also asks for `Accept`, since its fallback is HTML.
 */
function isNavigation({ request }: Pick<MiddlewareContext, 'request'>): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const mode = request.header('sec-fetch-mode');
  if (mode !== undefined) return mode === 'navigate';
  return request.header('accept')?.includes('text/html') === true;
}
