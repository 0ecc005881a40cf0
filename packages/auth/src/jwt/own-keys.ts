import type { KeyObject } from 'node:crypto';

import { errors, jwtVerify } from 'jose';

import { defaultsFor, algorithmsFor, type JwtAlgorithm } from './algorithms.ts';
import type { ClaimRules, JwtClaims, TokenVerifier } from './token-verifier.ts';

/** Verifies tokens with keys that the options have. Each is tried, so that they can be rotated. */
export class OwnKeys implements TokenVerifier {
  readonly #keys: readonly { readonly key: KeyObject; readonly algorithms: JwtAlgorithm[] }[];
  readonly #rules: ClaimRules;

  /** @param algorithms those that are accepted, as far as they fit the key */
  constructor(
    keys: readonly KeyObject[],
    algorithms: readonly JwtAlgorithm[] | undefined,
    rules: ClaimRules,
  ) {
    this.#rules = rules;
    this.#keys = keys.map((key) => ({
      key,
      algorithms: [
        ...(algorithms ? algorithmsFor(key).filter((each) => algorithms.includes(each)) : defaultsFor(key)),
      ],
    }));
  }

  async verify(token: string): Promise<JwtClaims> {
    let failure: unknown;
    for (const { key, algorithms } of this.#keys) {
      try {
        const { payload } = await jwtVerify(token, key, { ...this.#rules, algorithms });
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
