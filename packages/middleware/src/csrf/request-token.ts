import { parseMediaType, type RequestContext } from '@blaizejs/context/internal';
import { BlaizeError } from '@blaizejs/errors';
import type { HookContext, MiddlewareContext } from '@blaizejs/types';

import { cookiePairs } from '../cookie-pairs.ts';
import type { TokenSettings } from './options.ts';
import { TOKEN_FIELD } from './token-field.ts';
import type { TokenSigner } from './token-signer.ts';

/** What `csrf({ token })` puts on `ctx.state.csrf`. */
export interface CsrfToken {
  /**
   * A token for a form, in a hidden field `_csrf`, or for the header `X-CSRF-Token`. Each call returns another one; all are
   * valid in this session. The first one for a client sets a cookie, and answers with a token are not for shared caches.
   *
   * Ask for it after you have changed the session, and before the answer is sent.
   *
   * @throws BlaizeError `ERR_BLAIZE_CSRF_TOKEN` if the answer was sent, or `session` has returned something else than a text
   */
  token(): Promise<string>;
}

const TOKEN_HEADER = 'x-csrf-token';
const FORM = 'application/x-www-form-urlencoded';
// 128 random bits in base64url.
const SEED = /^[\w-]{22}$/;

/** The token of one request: makes those that its answer gets, and checks the one that it came with. */
export class RequestToken implements CsrfToken {
  readonly #settings: TokenSettings;
  readonly #signer: TokenSigner;
  readonly #ctx: MiddlewareContext;
  /** What the cookie has, or gets. */
  #seed: string | undefined = undefined;
  #isNew = false;
  #recordedOn: object | undefined = undefined;

  constructor(settings: TokenSettings, signer: TokenSigner, ctx: MiddlewareContext) {
    this.#settings = settings;
    this.#signer = signer;
    this.#ctx = ctx;
  }

  async token(): Promise<string> {
    if (this.#recordedOn || this.#ctx.response.sent) {
      throw misuse(
        'The answer was already sent. Make the token before; in a page that is streamed, before it begins.',
      );
    }
    this.#seed ??= this.#sentSeed();
    if (this.#seed === undefined) {
      this.#seed = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
      this.#isNew = true;
    }
    return this.#signer.sign(this.#seed, await this.#session());
  }

  /** Whether the request came with a token that was made for its cookie and its session. */
  async isValid(): Promise<boolean> {
    const seed = this.#sentSeed();
    if (seed === undefined) return false;
    const token = await this.#sentToken();
    return token !== undefined && (await this.#signer.verify(token, seed, await this.#session()));
  }

  /** Records the cookie, if a token was made. */
  finish({ response }: HookContext): void {
    // It may be in the chain twice. After a timeout, the hooks run again, for another answer.
    if (this.#recordedOn === response) return;
    this.#recordedOn = response;
    if (this.#seed === undefined) return;
    response.append('vary', 'Cookie');
    if (this.#isNew) {
      response.cookie(this.#name, this.#seed, { secure: this.#settings.secure, sameSite: 'lax', path: '/' });
    }
    const cache = response.get('cache-control') ?? '';
    if (!/\b(?:no-store|private)\b/i.test(cache)) response.header('cache-control', 'no-store');
  }

  get #name(): string {
    return this.#settings.secure ? '__Host-csrf' : 'csrf';
  }

  /** With several cookies of the name, one is from another site of the domain, and nobody knows which. */
  #sentSeed(): string | undefined {
    const seeds = new Set<string>();
    for (const [name, value] of cookiePairs(this.#ctx.request.header('cookie'))) {
      if (name === this.#name) seeds.add(value);
    }
    const [seed] = seeds;
    return seeds.size === 1 && seed !== undefined && SEED.test(seed) ? seed : undefined;
  }

  async #sentToken(): Promise<string | undefined> {
    const { request, route } = this.#ctx;
    const header = request.header(TOKEN_HEADER);
    // What is mounted reads the body itself.
    if (header !== undefined || route?.method === '*') return header;
    if (parseMediaType(request.header('content-type')).essence !== FORM || this.#hasReader) return undefined;
    const [token, ...more] = (await request.formData()).getAll(TOKEN_FIELD);
    return typeof token === 'string' && more.length === 0 ? token : undefined;
  }

  /** Whether the route reads forms in its own way, which has to be the only one. */
  get #hasReader(): boolean {
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- it is the framework's own
    const { settings } = this.#ctx as RequestContext & MiddlewareContext;
    return settings.bodyReaders?.has(FORM) === true;
  }

  async #session(): Promise<string | undefined> {
    const session: unknown = await this.#settings.session(this.#ctx);
    // All objects would be the same text.
    if (session === undefined || typeof session === 'string') return session;
    throw misuse(
      `The option \`token.session\` of csrf() must return a string or undefined, not a value of type ${session === null ? 'null' : typeof session}.`,
    );
  }
}

function misuse(message: string): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_CSRF_TOKEN', message);
}
