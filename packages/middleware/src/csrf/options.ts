import { callback, type Check, flag, optional, options as shapeOf, orElse } from '@blaizejs/errors/internal';
import type { MiddlewareContext } from '@blaizejs/types';

import { checkItem } from '../origin-list.ts';
import { type Secret, secrets } from '../secrets.ts';

/** The options of {@link csrf}. */
export interface CsrfOptions<Needs = unknown> {
  /**
   * Other origins whose pages may change something here: `https://app.example.com`, or patterns that match a whole origin.
   * Subdomains of the site are other origins, too. Default: none.
   */
  readonly trustedOrigins?: readonly (string | RegExp)[] | undefined;
  /**
   * Tokens for pages whose browser, or a proxy on the way, sends neither `Sec-Fetch-Site` nor `Origin`. Such requests then need
   * one, whether they have cookies or not. Default: without tokens, they are refused if they have cookies.
   */
  readonly token?: CsrfTokenOptions<Needs> | undefined;
}

/** How tokens are made. */
export interface CsrfTokenOptions<Needs = unknown> {
  /**
   * A secret of at least 32 bytes, such as `openssl rand -base64 32` prints. Tokens are signed with it (HMAC with SHA-256). To
   * change it, give a list: the first signs, all of them verify.
   */
  readonly secret: string | Uint8Array | readonly (string | Uint8Array)[] | undefined;
  /**
   * The session of a request, by a name that stays the same as long as it lasts: `(ctx) => ctx.state.session.id()`. A token is
   * worth nothing in another one. Undefined if there is none, such as before someone signs in.
   *
   * It is called when a token is made or checked.
   */
  readonly session: (ctx: MiddlewareContext<Needs>) => string | undefined | PromiseLike<string | undefined>;
  /**
   * Whether browsers keep the cookie over TLS only; most of them also do so for `localhost`. Without it, its name has no
   * `__Host-`, and sites on the same domain can replace it. Default: true.
   */
  readonly secure?: boolean | undefined;
}

/** The options of tokens with all defaults filled in. */
export interface TokenSettings {
  readonly secret: readonly Secret[];
  readonly session: CsrfTokenOptions['session'];
  readonly secure: boolean;
}

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

const token: Check<TokenSettings> = shapeOf(
  {
    secret: secrets,
    session: callback<TokenSettings['session']>('(ctx) => string'),
    secure: orElse(flag, true),
  },
  'an object such as { secret, session: (ctx) => ctx.state.session.id() }',
);

/** Checks the options of {@link csrf}. */
export const csrfOptions = shapeOf(
  { trustedOrigins: origins, token: optional(token) },
  'an object of options, such as { trustedOrigins: ["https://app.example.com"] }',
);
