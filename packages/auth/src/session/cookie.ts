import { cookiePairs } from '@blaizejs/middleware/internal';
import type { Context, CookieOptions } from '@blaizejs/types';

/** The cookie of a session. It always is `HttpOnly`. */
export interface SessionCookie {
  /**
   * Default: `__Host-session`, which a browser accepts only from this very host. With `domain` or `path`, `__Secure-session`;
   * with `secure: false`, `session`.
   */
  readonly name?: string | undefined;
  /** Also send it to the hosts below this one. Default: only to the host that has set it. */
  readonly domain?: string | undefined;
  /** Send it for this path and what is below. Default: `/`. */
  readonly path?: string | undefined;
  /** With `none`, requests of other sites have it too. Default: `lax`. */
  readonly sameSite?: 'strict' | 'lax' | 'none' | undefined;
  /** Whether browsers send it over TLS only; they also do so to `localhost`. Default: true. */
  readonly secure?: boolean | undefined;
  /** Keep one for each site that embeds this one (CHIPS). Default: false. */
  readonly partitioned?: boolean | undefined;
}

// Browsers keep at least 4096 bytes, of name, value and attributes together (RFC 6265 section 6.1).
const MAX_COOKIE = 4096;
// More are not tried: each may cost a look into the store.
const MAX_TRIED = 4;

/** The name for a cookie that has none. */
export function defaultName({ secure = true, domain, path = '/' }: SessionCookie): string {
  if (!secure) return 'session';
  return domain === undefined && path === '/' ? '__Host-session' : '__Secure-session';
}

/** A cookie as it is read, set and removed. */
export class CookieJar {
  readonly name: string;
  readonly #options: CookieOptions;
  #warned = false;

  constructor({ name, domain, path = '/', sameSite = 'lax', secure = true, partitioned }: SessionCookie) {
    this.name = name ?? defaultName({ domain, path, secure });
    this.#options = { domain, path, sameSite, secure, partitioned, httpOnly: true };
  }

  /** The most characters that a value may have. */
  get room(): number {
    const { domain, path = '' } = this.#options;
    const fixed = '=; Max-Age=99999999; Domain=; Path=; HttpOnly; Secure; Partitioned; SameSite=Strict';
    return MAX_COOKIE - this.name.length - fixed.length - (domain?.length ?? 0) - path.length;
  }

  /** Whether a client has sent such a cookie, of whatever value. */
  isIn(header: string | undefined): boolean {
    return header !== undefined && this.#valuesIn(header).length > 0;
  }

  /** The values that a client has sent and that may be ours. A cookie of another path or domain may come first. */
  read(header: string | undefined): string[] {
    // Read once, and only here: a schema for cookies replaces those of the request.
    if (header === undefined || !header.includes(this.name)) return [];
    const values = this.#valuesIn(header).filter((value) => value !== '' && value.length <= MAX_COOKIE);
    return [...new Set(values)].slice(0, MAX_TRIED);
  }

  set(ctx: Pick<Context, 'request' | 'response' | 'log'>, value: string, milliseconds: number): void {
    ctx.response.cookie(this.name, value, { ...this.#options, maxAge: Math.ceil(milliseconds / 1000) });
    if (!this.#warned) this.#warnInCleartext(ctx);
  }

  remove({ response }: Pick<Context, 'response'>): void {
    response.cookie(this.name, undefined, this.#options);
  }

  #valuesIn(header: string): string[] {
    return Array.from(cookiePairs(header))
      .filter(([name]) => name === this.name)
      .map(([, value]) => value);
  }

  /** Browsers drop it without a word. */
  #warnInCleartext({ request, log }: Pick<Context, 'request' | 'log'>): void {
    const { protocol, hostname } = request.url;
    if (!this.#options.secure || protocol === 'https:') return;
    if (/(?:^|\.)localhost$|^127\.|^\[::1\]$/.test(hostname)) return;
    this.#warned = true;
    log.warn(
      `The session cookie ${this.name} was set in an answer over http, where browsers drop it. Serve https; behind a proxy ` +
        'that does, set `trustProxy`. For plain http, set `cookie: { secure: false }`.',
    );
  }
}
