import { type KeyObject, webcrypto } from 'node:crypto';

import { errors, jwtVerify } from 'jose';

import { algorithmsFor, defaultsFor, type JwtAlgorithm } from './algorithms.ts';
import type { ClaimRules, JwtClaims, TokenVerifier } from './token-verifier.ts';

type Key = KeyObject | webcrypto.CryptoKey;

interface OwnKey {
  readonly key: Key | Promise<Key>;
  readonly algorithms: JwtAlgorithm[];
}

/** Verifies tokens with keys that the options have. Each is tried, so that they can be rotated. */
export class OwnKeys implements TokenVerifier {
  readonly #keys: readonly OwnKey[];
  readonly #rules: ClaimRules;

  /** @param algorithms those that are accepted, as far as they fit the key */
  constructor(
    keys: readonly KeyObject[],
    algorithms: readonly JwtAlgorithm[] | undefined,
    rules: ClaimRules,
  ) {
    this.#rules = rules;
    this.#keys = keys.flatMap((key): OwnKey[] => {
      const accepted = algorithms
        ? algorithmsFor(key).filter((each) => algorithms.includes(each))
        : [...defaultsFor(key)];
      if (key.type !== 'secret') return [{ key, algorithms: accepted }];
      // jose would import a secret for each token anew, which takes longer than all the rest.
      return accepted.map((each) => ({ key: importSecret(key, each), algorithms: [each] }));
    });
  }

  async verify(token: string): Promise<JwtClaims> {
    let failure: unknown;
    for (const { key, algorithms } of this.#keys) {
      try {
        const { payload } = await jwtVerify(token, await key, { ...this.#rules, algorithms });
        return payload as JwtClaims;
      } catch (error) {
        // Another key may fit. Any other error is about the token.
        if (
          !(error instanceof errors.JWSSignatureVerificationFailed) &&
          !(error instanceof errors.JOSEAlgNotAllowed)
        ) {
          throw error;
        }
        failure = failure instanceof errors.JWSSignatureVerificationFailed ? failure : error;
      }
    }
    throw failure;
  }
}

function importSecret(key: KeyObject, algorithm: JwtAlgorithm): Promise<webcrypto.CryptoKey> {
  const hash = `SHA-${algorithm.slice(2)}`;
  return webcrypto.subtle.importKey('raw', key.export(), { name: 'HMAC', hash }, false, ['verify']);
}
