import type { Challenge } from './challenge.ts';

/** The challenge for bearer tokens (RFC 6750 section 3). */
export function bearerChallenge(realm: string | undefined): Challenge {
  return { scheme: 'Bearer', params: { realm } };
}

/** What RFC 6750 section 3.1 adds if a token is refused. */
export function invalidToken(reason: string): Challenge['params'] {
  return { error: 'invalid_token', error_description: reason };
}
