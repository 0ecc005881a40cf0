import { isObject } from '@blaizejs/errors/internal';
import { cookiePairs } from '@blaizejs/middleware/internal';
import type { ContextRequest, ContextResponse, CookieOptions } from '@blaizejs/types';

import { Sealer } from '../session/seal.ts';

/** One attempt to sign in, from the redirect to the provider until the return. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
  readonly returnTo: string;
  /** When it began, in milliseconds since 1970. */
  readonly at: number;
}

/** The settings of {@link Attempts}. */
export interface AttemptSettings {
  readonly name: string;
  readonly secret: readonly (string | Uint8Array)[];
  /** Whether the site has TLS. */
  readonly secure: boolean;
  /** Milliseconds that an attempt may take. */
  readonly timeout: number;
}

// More cookies could exceed the limit for the header of a request.
const MOST = 5;
const PART = 16;
// Scripts and sites of a sibling domain can set others, with characters that no cookie may be removed with.
const OWN_PART = /^[\w-]{16}$/;

/**
 * The attempts of a browser. Each is sealed in a cookie of its own, so that signing in in two tabs at once works; nothing is
 * kept on the server, so nobody can fill it up.
 */
export class Attempts {
  readonly #prefix: string;
  readonly #sealer: Sealer;
  readonly #options: CookieOptions;
  readonly #timeout: number;

  constructor({ name, secret, secure, timeout }: AttemptSettings) {
    this.#prefix = `${secure ? '__Host-' : ''}login-${name}.`;
    this.#sealer = new Sealer(secret, `oidc attempt ${name}`);
    // The browser comes from another site, so `strict` would hide it.
    this.#options = { path: '/', httpOnly: true, secure, sameSite: 'lax' };
    this.#timeout = timeout;
  }

  begin(request: Pick<ContextRequest, 'header'>, response: ContextResponse, attempt: Attempt): void {
    const others = this.#namesIn(request)
      .map((name) => ({ name, at: this.#open(request, name)?.at ?? 0 }))
      .sort((a, b) => b.at - a.at);
    for (const { name } of others.slice(MOST - 1)) response.cookie(name, undefined, this.#options);
    const value = this.#sealer.seal(Buffer.from(JSON.stringify(attempt)));
    response.cookie(this.#nameOf(attempt.state), value, {
      ...this.#options,
      maxAge: Math.ceil(this.#timeout / 1000),
    });
  }

  /** @returns undefined if this browser has no such attempt, or it is too old */
  find(request: Pick<ContextRequest, 'header'>, state: string): Attempt | undefined {
    const attempt = this.#open(request, this.#nameOf(state));
    return attempt?.state === state ? attempt : undefined;
  }

  end(response: ContextResponse, { state }: Attempt): void {
    response.cookie(this.#nameOf(state), undefined, this.#options);
  }

  #nameOf(state: string): string {
    return this.#prefix + state.slice(0, PART);
  }

  #open(request: Pick<ContextRequest, 'header'>, name: string): Attempt | undefined {
    for (const [each, value] of cookiePairs(request.header('cookie'))) {
      const bytes = each === name ? this.#sealer.open(value) : undefined;
      const attempt: unknown = bytes && JSON.parse(Buffer.from(bytes).toString());
      if (!isObject(attempt) || Math.abs(Date.now() - Number(attempt.at)) > this.#timeout) continue;
      return attempt as unknown as Attempt;
    }
    return undefined;
  }

  #namesIn(request: Pick<ContextRequest, 'header'>): string[] {
    const names = Array.from(cookiePairs(request.header('cookie')), ([name]) => name);
    return [...new Set(names)].filter(
      (name) => name.startsWith(this.#prefix) && OWN_PART.test(name.slice(this.#prefix.length)),
    );
  }
}
