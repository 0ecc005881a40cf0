import { logLine } from '@blaizejs/context/internal';
import { ForbiddenError } from '@blaizejs/errors';
import { type Check, checkBuiltIn, options as shapeOf } from '@blaizejs/errors/internal';
import type { Middleware, MiddlewareContext } from '@blaizejs/types';

import { createMiddleware } from './create-middleware.ts';
import { isOrigin, isSameOrigin } from './origin.ts';
import { checkItem, compileList } from './origin-list.ts';

/** The options of {@link csrf}. */
export interface CsrfOptions {
  /**
   * Other origins whose pages may change something here: `https://app.example.com`, or patterns that match a whole origin.
   * Subdomains of the site are other origins, too. Default: none.
   */
  readonly trustedOrigins?: readonly (string | RegExp)[] | undefined;
}

// RFC 9110 section 9.2.1, and QUERY, which browsers ask permission for.
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY']);

const EXPECTED = 'an origin such as "https://app.example.com", or a pattern';

const origins: Check<readonly (string | RegExp)[]> = (value, path, report) => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) {
    report(
      path,
      value,
      'a list of origins and patterns',
      typeof value === 'string' ? 'Write a list.' : undefined,
    );
    return [];
  }
  for (const [index, item] of value.entries()) {
    // Any site can send it, from a sandboxed frame.
    if (item === 'null') report(`${path}[${index}]`, item, EXPECTED, 'Pages of any site can be `null`.');
    else checkItem(item, `${path}[${index}]`, EXPECTED, report);
  }
  return value as readonly (string | RegExp)[];
};

const check = shapeOf(
  { trustedOrigins: origins },
  'an object of options, such as { trustedOrigins: ["https://app.example.com"] }',
);

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
 * @throws BlaizeError `ERR_BLAIZE_MIDDLEWARE_OPTIONS` if an option is not valid
 */
export function csrf(options: CsrfOptions = {}): Middleware {
  const { trustedOrigins } = checkBuiltIn('csrf', check, options);
  const isTrusted = compileList(trustedOrigins);
  return createMiddleware({
    name: 'csrf',
    onRequest: (ctx) => {
      const { request } = ctx;
      if (SAFE.has(request.method) && request.tunnel === undefined) return;
      const site = request.header('sec-fetch-site');
      // `none` is the user: an address that was typed, or a bookmark.
      if (site === 'same-origin' || site === 'none') return;
      const origin = request.header('origin');
      if (origin === undefined) {
        if (site === undefined && request.header('cookie') === undefined) return;
      } else if (isTrusted(origin) || (site === undefined && isOwn(origin, ctx))) return;
      throw refusal(ctx, site, origin);
    },
  });
}

function isOwn(origin: string, { request }: MiddlewareContext): boolean {
  return isOrigin(origin) && isSameOrigin(origin, request.url);
}

function refusal(
  ctx: MiddlewareContext,
  site: string | undefined,
  origin: string | undefined,
): ForbiddenError {
  const { method, path } = ctx.request;
  const from = origin?.slice(0, 200);
  logLine(() => ctx.log, 'info', 'csrf() refused a request', {
    method,
    path,
    site: site?.slice(0, 200),
    origin: from,
  });
  const message =
    site === undefined && from === undefined
      ? 'The request has cookies, but neither Sec-Fetch-Site nor Origin says which page has sent it.'
      : `The request was sent by a page of another site${from === undefined ? '' : `, ${JSON.stringify(from)}`}.`;
  return new ForbiddenError(message, { code: 'ERR_BLAIZE_CSRF' });
}
