import type { KeyObject } from 'node:crypto';

/** The algorithms that tokens may be signed with (RFC 7518 section 3.1, RFC 8037, RFC 9864). `none` is not one. */
export type JwtAlgorithm =
  | ('HS256' | 'HS384' | 'HS512')
  | ('RS256' | 'RS384' | 'RS512')
  | ('PS256' | 'PS384' | 'PS512')
  | ('ES256' | 'ES384' | 'ES512')
  | ('EdDSA' | 'Ed25519');

const HMAC: readonly JwtAlgorithm[] = ['HS256', 'HS384', 'HS512'];
const PSS: readonly JwtAlgorithm[] = ['PS256', 'PS384', 'PS512'];
const RSA: readonly JwtAlgorithm[] = ['RS256', 'RS384', 'RS512', ...PSS];
const EDWARDS: readonly JwtAlgorithm[] = ['EdDSA', 'Ed25519'];
const CURVES: Readonly<Record<string, JwtAlgorithm>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

/** All algorithms with a public key: those that the keys of a JWKS may be for. */
export const ASYMMETRIC: readonly JwtAlgorithm[] = [...RSA, ...Object.values(CURVES), ...EDWARDS];
/** All algorithms. */
export const ALGORITHMS: readonly JwtAlgorithm[] = [...HMAC, ...ASYMMETRIC];
/** Those that the keys of a JWKS may be for by default. */
export const JWKS_DEFAULT: readonly JwtAlgorithm[] = ['RS256', 'ES256', ...EDWARDS];

const SHORTEST_SECRET = 32;
const SHORTEST_RSA = 2048;

/** The algorithms that fit a key. A secret is as long as the hash (RFC 7518 section 3.2), an RSA key at least 2 048 bits. */
export function algorithmsFor(key: KeyObject): readonly JwtAlgorithm[] {
  const { symmetricKeySize = 0, asymmetricKeyType, asymmetricKeyDetails: details = {} } = key;
  if (key.type === 'secret')
    return HMAC.filter((_, index) => symmetricKeySize >= SHORTEST_SECRET + 16 * index);
  switch (asymmetricKeyType) {
    case 'rsa':
      return (details.modulusLength ?? 0) >= SHORTEST_RSA ? RSA : [];
    case 'rsa-pss':
      return (details.modulusLength ?? 0) >= SHORTEST_RSA ? PSS : [];
    case 'ec':
      return [CURVES[details.namedCurve ?? '']].filter((each) => each !== undefined);
    case 'ed25519':
      return EDWARDS;
    default:
      return [];
  }
}

/** Those of {@link algorithmsFor} that are used if nobody names any: one, so that tokens can't choose. */
export function defaultsFor(key: KeyObject): readonly JwtAlgorithm[] {
  const fitting = algorithmsFor(key);
  return fitting === EDWARDS ? fitting : fitting.slice(0, 1);
}
