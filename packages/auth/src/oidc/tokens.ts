import { setTimeout } from 'node:timers/promises';

import { isObject } from '@blaizejs/errors/internal';
import type { KeyValueStore, Logger } from '@blaizejs/types';
import { refreshTokenGrant, type TokenEndpointResponse } from 'openid-client';

import { Deadline } from '../session/deadline.ts';
import { Sealer } from '../session/seal.ts';
import { noTokens, providerFailed } from './errors.ts';
import type { Provider } from './provider.ts';

/** The tokens of one login, for calls to APIs on behalf of the person. */
export interface OidcTokens {
  readonly accessToken: string;
  /** `bearer`, in lower case. */
  readonly tokenType: string;
  /** The scopes that were granted. */
  readonly scopes: readonly string[];
  /** When the access token expires, in milliseconds since 1970; undefined if the provider did not say. */
  readonly expires: number | undefined;
}

/** Tokens as they are kept. */
interface Kept extends OidcTokens {
  readonly refreshToken?: string | undefined;
  readonly idToken?: string | undefined;
}

interface VaultSettings {
  readonly name: string;
  readonly secret: readonly (string | Uint8Array)[];
  readonly store: KeyValueStore;
  readonly provider: Provider;
  /** What was asked for. A provider that grants it need not say so (RFC 6749 section 5.1). */
  readonly scopes: readonly string[];
  /** Milliseconds for which a session can live. */
  readonly lasts: number;
  /** Milliseconds that one call to the provider may take. */
  readonly timeout: number;
  readonly storeTimeout: number;
}

// Of an access token, the part of its time that a call needs.
const MARGIN_MS = 30_000;
const POLL_MS = 50;

/** Keeps tokens, sealed: a leaked store gives nobody access. One request refreshes them, and the others wait for it. */
export class TokenVault {
  readonly #settings: VaultSettings;
  readonly #sealer: Sealer;
  readonly #refreshing = new Map<string, Promise<Kept>>();

  constructor(settings: VaultSettings) {
    this.#settings = settings;
    this.#sealer = new Sealer(settings.secret, `oidc tokens ${settings.name}`);
  }

  async keep(id: string, answer: TokenEndpointResponse): Promise<void> {
    const { store, lasts } = this.#settings;
    const bytes = this.#seal(read(answer, this.#settings));
    await this.#deadline().wait(() => store.set(this.#keyOf(id), bytes, { ttl: lasts }));
  }

  /** @returns undefined if there are none */
  async find(id: string): Promise<Kept | undefined> {
    return (await this.#read(id))?.kept;
  }

  async remove(id: string): Promise<void> {
    await this.#deadline().wait(() => this.#settings.store.delete(this.#keyOf(id)));
  }

  /**
   * The tokens, refreshed if the access token expires within half a minute.
   *
   * @throws UnauthorizedError (401) if there are none any more; ServiceUnavailableError (503) if the provider can't be asked
   */
  async current(id: string, log: Logger): Promise<OidcTokens> {
    const kept = await this.find(id);
    if (!kept) throw noTokens('The tokens of this login are gone.');
    if (!isDue(kept)) return kept;
    if (kept.refreshToken === undefined) {
      if (isOver(kept)) throw noTokens('The access token has expired.');
      return kept;
    }
    let refreshing = this.#refreshing.get(id);
    if (!refreshing) {
      refreshing = this.#refresh(id, log).finally(() => this.#refreshing.delete(id));
      this.#refreshing.set(id, refreshing);
    }
    try {
      return await refreshing;
    } catch (error) {
      if (isOver(kept) || (error as { readonly status?: unknown }).status !== 503) throw error;
      return kept;
    }
  }

  // A refresh token is good once: if two processes used it, the provider would end the login (RFC 9700 section 4.14.2).
  async #refresh(id: string, log: Logger): Promise<Kept> {
    const { store, timeout } = this.#settings;
    if (!store.replace) return this.#exchange(id, log);
    const lock = `${this.#keyOf(id)}:lock`;
    const mine = Buffer.from(crypto.randomUUID());
    const end = performance.now() + timeout;
    while (!(await this.#replace(lock, undefined, mine, 2 * timeout))) {
      const kept = await this.find(id);
      if (!kept) throw noTokens('The tokens of this login are gone.');
      if (!isDue(kept)) return kept;
      if (performance.now() > end) {
        throw providerFailed(
          this.#settings.provider.issuer,
          new Error('Another process waits for its answer.'),
        );
      }
      await setTimeout(POLL_MS, undefined, { ref: false });
    }
    try {
      return await this.#exchange(id, log);
    } finally {
      // Its time may be up, and the lock another's.
      await this.#replace(lock, mine, undefined).catch(() => undefined);
    }
  }

  async #exchange(id: string, log: Logger): Promise<Kept> {
    const { provider, store, lasts } = this.#settings;
    const before = await this.#read(id);
    if (!before) throw noTokens('The tokens of this login are gone.');
    const { kept, bytes } = before;
    const { refreshToken } = kept;
    if (!isDue(kept) || refreshToken === undefined) return kept;
    let answer: TokenEndpointResponse;
    try {
      answer = await provider.ask(log, (configuration) => refreshTokenGrant(configuration, refreshToken));
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== 'ERR_BLAIZE_AUTH_LOGIN') throw error;
      await this.remove(id);
      throw noTokens('The provider has ended this login.');
    }
    const next = read(answer, kept);
    const sealed = this.#seal(next);
    if (store.replace) {
      // Whoever has signed out in the meantime stays signed out.
      if (!(await this.#replace(this.#keyOf(id), bytes, sealed, lasts))) {
        throw noTokens('The tokens of this login are gone.');
      }
    } else {
      await this.#deadline().wait(() => store.set(this.#keyOf(id), sealed, { ttl: lasts }));
    }
    return next;
  }

  async #read(id: string): Promise<{ readonly kept: Kept; readonly bytes: Uint8Array } | undefined> {
    const bytes = await this.#deadline().wait(() => this.#settings.store.get(this.#keyOf(id)));
    const opened = bytes && this.#sealer.open(Buffer.from(bytes).toString());
    const kept: unknown = opened && JSON.parse(Buffer.from(opened).toString());
    return isObject(kept) && bytes ? { kept: kept as unknown as Kept, bytes } : undefined;
  }

  #seal(kept: Kept): Uint8Array {
    return Buffer.from(this.#sealer.seal(Buffer.from(JSON.stringify(kept))));
  }

  #replace(key: string, expected?: Uint8Array, value?: Uint8Array, ttl?: number): Promise<boolean> {
    const { store } = this.#settings;
    return this.#deadline().wait(async () => (await store.replace?.(key, expected, value, { ttl })) === true);
  }

  #keyOf(id: string): string {
    return `oidc:${this.#settings.name}:tokens:${id}`;
  }

  #deadline(): Deadline {
    return new Deadline(this.#settings.storeTimeout);
  }
}

/** What is kept of an answer. A provider may leave out what has not changed (RFC 6749 section 6). */
function read(
  answer: TokenEndpointResponse,
  before: Pick<Kept, 'scopes' | 'refreshToken' | 'idToken'>,
): Kept {
  const { access_token, token_type, expires_in, refresh_token, id_token, scope } = answer;
  return {
    accessToken: access_token,
    tokenType: token_type.toLowerCase(),
    scopes: scope === undefined ? before.scopes : scope.split(' ').filter(Boolean),
    expires: expires_in === undefined ? undefined : Date.now() + expires_in * 1000,
    refreshToken: refresh_token ?? before.refreshToken,
    idToken: id_token ?? before.idToken,
  };
}

function isDue({ expires = Infinity }: Kept): boolean {
  return expires - Date.now() < MARGIN_MS;
}

function isOver({ expires = Infinity }: Kept): boolean {
  return expires <= Date.now();
}
