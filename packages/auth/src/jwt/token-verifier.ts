import type { Logger } from '@blaizejs/types';
import type { JWTVerifyOptions } from 'jose';

/** The claims of a token (RFC 7519 section 4.1), as far as they are known without a schema. */
export interface JwtClaims {
  readonly iss?: string | undefined;
  readonly sub?: string | undefined;
  readonly aud?: string | readonly string[] | undefined;
  /** In seconds since 1970. */
  readonly exp: number;
  readonly nbf?: number | undefined;
  readonly iat?: number | undefined;
  readonly jti?: string | undefined;
  readonly [claim: string]: unknown;
}

/** What is asked of the claims, whatever the key. */
export type ClaimRules = Omit<JWTVerifyOptions, 'algorithms' | 'crit'>;

/** Verifies tokens with some keys. */
export interface TokenVerifier {
  /** @throws an error of jose if the token is not valid; HttpError if that can't be found out */
  verify(token: string, log: Logger): Promise<JwtClaims>;
}
