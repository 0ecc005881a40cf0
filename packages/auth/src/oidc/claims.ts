/** What a provider says about a person: the claims of the ID token, and of the userinfo endpoint if it was asked. */
export interface OidcClaims {
  /** The provider. */
  readonly iss: string;
  /** The person: unique at this provider, and never given to someone else. */
  readonly sub: string;
  readonly name?: string | undefined;
  readonly given_name?: string | undefined;
  readonly family_name?: string | undefined;
  readonly preferred_username?: string | undefined;
  readonly picture?: string | undefined;
  readonly locale?: string | undefined;
  /** Other people may have had it: identify people by `iss` and `sub`. */
  readonly email?: string | undefined;
  readonly email_verified?: boolean | undefined;
  /** When the person signed in at the provider, in seconds since 1970. */
  readonly auth_time?: number | undefined;
  readonly [claim: string]: unknown;
}

// They protect the token, and say nothing about the person.
const OF_THE_TOKEN = new Set([
  'aud',
  'azp',
  'exp',
  'iat',
  'nbf',
  'jti',
  'nonce',
  'at_hash',
  'c_hash',
  's_hash',
  'sid',
]);

/** The claims that are about the person. */
export function personalClaims(claims: Readonly<Record<string, unknown>>): OidcClaims {
  return Object.fromEntries(Object.entries(claims).filter(([name]) => !OF_THE_TOKEN.has(name))) as OidcClaims;
}
