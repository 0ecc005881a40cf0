import { setTimeout } from 'node:timers/promises';

import { ServiceUnavailableError } from '@blaizejs/errors';
import type { Logger } from '@blaizejs/types';
import { errors, jwtVerify, type JWTVerifyGetKey } from 'jose';

import type { JwtAlgorithm } from './algorithms.ts';
import { fetchKeys, type KeySet } from './fetch-keys.ts';
import type { ClaimRules, JwtClaims, TokenVerifier } from './token-verifier.ts';

/** How a JWKS is fetched and kept. All times are in milliseconds. */
export interface KeyServerSettings {
  readonly url: URL;
  readonly cooldown: number;
  readonly maxAge: number;
  readonly maxStale: number;
  readonly timeout: number;
}

/** The part of `maxAge` after which keys are fetched again while requests are served with the ones there are. */
const EARLY = 0.8;

interface Fetched {
  readonly keys: KeySet;
  readonly at: number;
}

/**
 * Verifies tokens with the keys of a server. It fetches them when the first token comes, when they are too old, and when a
 * token names a key that it does not know. While the server is down, it goes on with the keys that it has.
 */
export class KeyServer implements TokenVerifier {
  readonly #settings: KeyServerSettings;
  readonly #rules: ClaimRules & { readonly algorithms: JwtAlgorithm[] };
  #fetched: Fetched | undefined;
  /** When the last fetch began. */
  #began = -Infinity;
  /** Why the last fetch failed. */
  #failure: unknown;
  #fetching: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(settings: KeyServerSettings, algorithms: readonly JwtAlgorithm[], rules: ClaimRules) {
    this.#settings = settings;
    this.#rules = { ...rules, algorithms: [...algorithms] };
  }

  async verify(token: string, log: Logger): Promise<JwtClaims> {
    const keyOf: JWTVerifyGetKey = (header, jws) => this.#keyOf(log, (keys) => keys(header, jws));
    try {
      return (await jwtVerify(token, keyOf, this.#rules)).payload as JwtClaims;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      return await this.#tryAll(token, error);
    }
  }

  /** For a token that names no key, if several could be meant. */
  async #tryAll(token: string, keys: errors.JWKSMultipleMatchingKeys): Promise<JwtClaims> {
    for await (const key of keys) {
      try {
        return (await jwtVerify(token, key, this.#rules)).payload as JwtClaims;
      } catch (error) {
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
      }
    }
    throw new errors.JWSSignatureVerificationFailed();
  }

  async #keyOf<T>(log: Logger, find: (keys: KeySet) => Promise<T>): Promise<T> {
    const arrival = now();
    const keys = await this.#current(log);
    try {
      return await find(keys);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      if (this.#began >= arrival && !this.#fetching) throw error;
    }
    // The key may be newer than all that was asked for before the token came.
    await this.#fetchAnew(log);
    return find(this.#fetched?.keys ?? keys);
  }

  async #current(log: Logger): Promise<KeySet> {
    const { maxAge, maxStale, cooldown } = this.#settings;
    const age = this.#fetched ? now() - this.#fetched.at : Infinity;
    if (age > maxAge + maxStale) this.#fetched = undefined;
    if (!this.#fetched) {
      // Many requests may wait for the first keys, but only one asks for them, and not without a pause.
      if (this.#fetching) await this.#fetching;
      else if (now() >= this.#began + cooldown) await this.#fetch(log);
    } else if (age > maxAge && this.#failure === undefined) {
      // After a quiet time. Once it is known that the server is down, nobody waits for it.
      await (this.#fetching ?? this.#fetchAnew(log));
    } else if (age > maxAge * EARLY) {
      void this.#fetchAnew(log);
    }
    const fetched = this.#fetched;
    if (fetched) return fetched.keys;
    throw new ServiceUnavailableError('The keys that tokens are checked with cannot be fetched.', {
      code: 'ERR_BLAIZE_AUTH_KEY_SERVER',
      cause: this.#failure,
      headers: { 'retry-after': String(Math.ceil(cooldown / 1000)) },
    });
  }

  /** Fetches keys, once the pause is over. All who call this before that share one fetch. Never rejects. */
  #fetchAnew(log: Logger): Promise<void> {
    return (this.#next ??= this.#fetchNext(log));
  }

  async #fetchNext(log: Logger): Promise<void> {
    await this.#fetching;
    const pause = this.#began + this.#settings.cooldown - now();
    if (pause > 0) await setTimeout(pause, undefined, { ref: false });
    this.#next = undefined;
    await this.#fetch(log);
  }

  #fetch(log: Logger): Promise<void> {
    if (this.#fetching) return this.#fetching;
    this.#began = now();
    return (this.#fetching = this.#load(log).finally(() => (this.#fetching = undefined)));
  }

  async #load(log: Logger): Promise<void> {
    const { url, timeout } = this.#settings;
    try {
      this.#fetched = { keys: await fetchKeys(url, timeout), at: now() };
      this.#failure = undefined;
    } catch (error) {
      if (this.#failure === undefined) {
        log.warn({ err: error, url: url.href }, `Cannot fetch the keys from ${url.href}.`);
      }
      this.#failure = error;
    }
  }
}

const now = (): number => performance.now();
