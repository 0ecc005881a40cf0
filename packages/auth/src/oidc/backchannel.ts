import { BadRequestError, HttpError } from '@blaizejs/errors';
import { isObject } from '@blaizejs/errors/internal';
import type { Context, KeyValueStore, Logger, RecordedResponse } from '@blaizejs/types';

import { JWKS_DEFAULT } from '../jwt/algorithms.ts';
import { KeyServer } from '../jwt/key-server.ts';
import type { JwtClaims } from '../jwt/token-verifier.ts';
import { Deadline } from '../session/deadline.ts';
import type { Provider } from './provider.ts';

interface BackchannelSettings {
  readonly name: string;
  readonly clientId: string;
  readonly provider: Provider;
  readonly store: KeyValueStore;
  readonly clockTolerance: number;
  readonly timeout: number;
  readonly storeTimeout: number;
  /** Milliseconds for which a session can live. */
  readonly lasts: number;
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
const KEYS = { cooldown: 1000, maxAge: 600_000, maxStale: 86_400_000 };
// A token that was seen before says the same again, but not for ever.
const MAX_AGE_S = 300;

/**
 * OpenID Connect Back-Channel Logout 1.0: the provider says which sessions have ended there. That is noted, and each request
 * of a signed-in person looks whether there is such a note, since sessions can't be found by person.
 */
export class BackchannelLogout {
  readonly #settings: BackchannelSettings;
  #keys: { readonly url: string; readonly server: KeyServer } | undefined;

  constructor(settings: BackchannelSettings) {
    this.#settings = settings;
  }

  /** Takes a logout token. @throws BadRequestError (400) if it is not valid */
  async receive({ request, response, log }: Context): Promise<RecordedResponse> {
    response.header('cache-control', 'no-store');
    const token = (await request.formData()).get('logout_token');
    const { sid, sub, iat } = await this.#verify(typeof token === 'string' ? token : '', log);
    const { store, lasts, storeTimeout } = this.#settings;
    const key = sid === undefined ? this.#keyOf('sub', String(sub)) : this.#keyOf('sid', sid);
    const note = Buffer.from(String(iat));
    await new Deadline(storeTimeout).wait(() => store.set(key, note, { ttl: lasts }));
    return response.status(200).text('');
  }

  /** Whether the provider has ended a session. */
  async isOut(session: {
    readonly sid: string | undefined;
    readonly sub: string;
    readonly iat: number;
  }): Promise<boolean> {
    const { store, storeTimeout } = this.#settings;
    const keys = [this.#keyOf('sub', session.sub)];
    if (session.sid !== undefined) keys.push(this.#keyOf('sid', session.sid));
    const notes = await new Deadline(storeTimeout).wait(() => Promise.all(keys.map((key) => store.get(key))));
    // By the clock of the provider, both.
    return notes.some((note) => note !== undefined && Number(Buffer.from(note).toString()) >= session.iat);
  }

  async #verify(
    token: string,
    log: Logger,
  ): Promise<{ readonly sid: string | undefined; readonly sub: unknown; readonly iat: number }> {
    let claims: JwtClaims;
    try {
      claims = await (await this.#server(log)).verify(token, log);
    } catch (error) {
      if (error instanceof HttpError) throw error;
      throw refused();
    }
    const { sid, sub, events, nonce, iat = 0 } = claims;
    const isLogout = isObject(events) && isObject(events[EVENT]) && nonce === undefined;
    const isFresh = Math.abs(Date.now() / 1000 - iat) <= MAX_AGE_S;
    const named = typeof sid === 'string' ? sid : undefined;
    if (!isLogout || !isFresh || (named === undefined && typeof sub !== 'string')) throw refused();
    return { sid: named, sub, iat };
  }

  async #server(log: Logger): Promise<KeyServer> {
    const { provider, clientId, clockTolerance, timeout } = this.#settings;
    const { jwks_uri: url, issuer } = (await provider.configuration(log)).serverMetadata();
    if (url === undefined) throw refused();
    if (this.#keys?.url !== url) {
      const rules = {
        requiredClaims: ['iat', 'jti'],
        issuer,
        audience: clientId,
        clockTolerance: clockTolerance / 1000,
      };
      this.#keys = {
        url,
        server: new KeyServer({ ...KEYS, timeout, url: new URL(url) }, JWKS_DEFAULT, rules),
      };
    }
    return this.#keys.server;
  }

  #keyOf(kind: 'sid' | 'sub', value: string): string {
    return `oidc:${this.#settings.name}:out:${kind}:${value}`;
  }
}

function refused(): BadRequestError {
  return new BadRequestError('The logout token is not valid.', { code: 'ERR_BLAIZE_AUTH_LOGIN' });
}
