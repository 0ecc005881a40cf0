import { logLine } from '@blaizejs/context/internal';
import { ForbiddenError } from '@blaizejs/errors';
import { checkBuiltIn } from '@blaizejs/errors/internal';
import type { HookContext, Middleware, MiddlewareContext } from '@blaizejs/types';

import { createMiddleware } from './create-middleware.ts';
import { csrfOptions, type CsrfOptions, type CsrfTokenOptions, type TokenSettings } from './csrf/options.ts';
import { type CsrfToken, RequestToken } from './csrf/request-token.ts';
import { TokenSigner } from './csrf/token-signer.ts';
import { isOrigin, isSameOrigin } from './origin.ts';
import { compileList } from './origin-list.ts';

export type { CsrfOptions, CsrfToken, CsrfTokenOptions };

// RFC 9110 section 9.2.1, and QUERY, which browsers ask permission for.
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);

/**
 * Refuses requests that a page of another site sends in the name of its visitor (CSRF): with 403, code `ERR_BLAIZE_CSRF`.
 *
 * ```ts
 * createServer({ middleware: [csrf()] });
 * ```
 *
 * It looks at what browsers say and pages cannot forge: `Sec-Fetch-Site`, and `Origin` where that is missing. Methods that change
 * nothing pass, and so do clients that are no browsers: they send neither header, nor cookies. A WebSocket handshake is checked
 * although it is a `GET`. The content type does not matter.
 *
 * With `token`, requests that have neither header need a token, which handlers find in `ctx.state.csrf.token()`. It comes in the
 * header `X-CSRF-Token`, or in the field `_csrf` of a form (`application/x-www-form-urlencoded`). It never makes up for what those
 * two headers say.
 *
 * @typeParam Needs what `token.session` reads of `ctx.state`; middleware before this one has to add it
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function csrf<Needs = unknown>(
  options: CsrfOptions<Needs> & { readonly token: CsrfTokenOptions<Needs> },
): Middleware<{ csrf: CsrfToken }, Needs>;
export function csrf(options?: CsrfOptions): Middleware;
export function csrf(options: CsrfOptions<never> = {}): Middleware {
  const { trustedOrigins, token } = checkBuiltIn('csrf', csrfOptions, options);
  const isTrusted = compileList(trustedOrigins);

  /** Whether a request may pass; undefined if it does not say which page has sent it. */
  const judge = (ctx: MiddlewareContext): boolean | undefined => {
    const { request } = ctx;
    if (SAFE.has(request.method) && request.tunnel === undefined) return true;
    const site = request.header('sec-fetch-site');
    // `none` is the user: an address that was typed, or a bookmark.
    if (site === 'same-origin' || site === 'none') return true;
    const origin = request.header('origin');
    if (origin !== undefined) return isTrusted(origin) || (site === undefined && isOwn(origin, ctx));
    return site === undefined ? undefined : false;
  };

  if (token) return withTokens(judge, token);
  return createMiddleware({
    name: 'csrf',
    onRequest: (ctx) => {
      if (!(judge(ctx) ?? hasNoCookies(ctx))) throw refusal(ctx);
    },
  });
}

function withTokens(
  judge: (ctx: MiddlewareContext) => boolean | undefined,
  settings: TokenSettings,
): Middleware {
  const signer = new TokenSigner(settings.secret);
  return createMiddleware<{ csrf: CsrfToken }>({
    name: 'csrf',
    onRequest: (ctx) => {
      const { state, request } = ctx;
      const token = state.csrf instanceof RequestToken ? state.csrf : new RequestToken(settings, signer, ctx);
      state.csrf = token;
      const verdict = judge(ctx);
      if (verdict === true) return;
      if (verdict === false) throw refusal(ctx);
      // Without cookies, a form can still sign its visitor in as somebody else. A WebSocket can't.
      if (request.tunnel !== undefined && hasNoCookies(ctx)) return;
      return token.isValid().then((isValid) => {
        if (!isValid) throw refusal(ctx, 'token');
      });
    },
    onSend: (ctx: HookContext<{ csrf: CsrfToken }>) => {
      if (ctx.state.csrf instanceof RequestToken) ctx.state.csrf.finish(ctx);
    },
  });
}

function hasNoCookies({ request }: MiddlewareContext): boolean {
  return request.header('cookie') === undefined;
}

function isOwn(origin: string, { request }: MiddlewareContext): boolean {
  return isOrigin(origin) && isSameOrigin(origin, request.url);
}

/** @param needs what would have made it pass, if anything */
function refusal(ctx: MiddlewareContext, needs?: 'token'): ForbiddenError {
  const { method, path } = ctx.request;
  const site = ctx.request.header('sec-fetch-site');
  const from = ctx.request.header('origin')?.slice(0, 200);
  logLine(() => ctx.log, 'info', 'csrf() refused a request', {
    method,
    path,
    site: site?.slice(0, 200),
    origin: from,
  });
  return new ForbiddenError(reasonFor(site, from, needs), { code: 'ERR_BLAIZE_CSRF' });
}

function reasonFor(site: string | undefined, from: string | undefined, needs: 'token' | undefined): string {
  if (site !== undefined || from !== undefined) {
    return `The request was sent by a page of another site${from === undefined ? '' : `, ${JSON.stringify(from)}`}.`;
  }
  return needs === undefined
    ? 'The request has cookies, but neither Sec-Fetch-Site nor Origin says which page has sent it.'
    : 'Neither Sec-Fetch-Site nor Origin says which page has sent the request, and it has no token that is valid for its ' +
        'cookie and session. Reload the page, and try again.';
}
