export type { JwtAlgorithm } from './jwt/algorithms.ts';
export {
  type ClaimsOf,
  type JwksOptions,
  jwtAuth,
  type JwtAuthOptions,
  type JwtPublicKey,
  type JwtSecret,
} from './jwt/jwt-auth.ts';
export type { JwtClaims } from './jwt/token-verifier.ts';
export type { Awaitable, Lookup } from './authenticator.ts';
export type { CommonAuthOptions } from './common-options.ts';
export type { AnySchema, Middleware, MiddlewareContext } from '@blaizejs/types';
