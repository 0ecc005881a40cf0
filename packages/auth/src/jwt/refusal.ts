import { HttpError } from '@blaizejs/errors';
import type { Logger } from '@blaizejs/types';
import { errors } from 'jose';

import { Refusal } from '../authenticator.ts';

const MALFORMED = 'The token is malformed.';
const NOT_SIGNED = 'The signature of the token cannot be verified.';

const CLAIMS: Readonly<Record<string, string>> = {
  nbf: 'The token is not valid yet.',
  iat: 'The token is not valid yet.',
  aud: 'The token is for another audience.',
  iss: 'The token is from another issuer.',
  typ: 'The token is of another type.',
  exp: 'The token has no valid expiry time.',
};

/** Why a token is refused, in words that give away nothing of keys and claims. @throws an HttpError unchanged */
export function refusalOf(error: unknown, log: Logger): Refusal {
  if (error instanceof HttpError) throw error;
  if (error instanceof errors.JWTExpired) return new Refusal('The token has expired.');
  if (error instanceof errors.JWTClaimValidationFailed) return new Refusal(CLAIMS[error.claim] ?? MALFORMED);
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return new Refusal('The algorithm of the token is not accepted.');
  }
  if (
    error instanceof errors.JWSSignatureVerificationFailed ||
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys
  ) {
    return new Refusal(NOT_SIGNED);
  }
  if (error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid) return new Refusal(MALFORMED);
  if (error instanceof errors.JOSENotSupported)
    return new Refusal('The token asks for what is not supported.');
  // A key of the server cannot be used: no fault of the token, but it can't be let in either.
  log.warn({ err: error }, 'A token cannot be verified, because its key cannot be used.');
  return new Refusal(NOT_SIGNED);
}
