/** What an `Authorization` header has: a scheme in lower case, and what follows it. */
export interface Authorization {
  readonly scheme: string;
  readonly credentials: string;
}

// A scheme is a token (RFC 9110 section 11.4).
const AUTHORIZATION = /^([\w!#$%&'*+.^`|~-]+)(?: +(.*))?$/s;
const TOKEN68 = /^[\w.~+/-]+=*$/;

/** More than any server of ours takes over a socket by default. In process, nothing else limits it. */
export const MAX_CREDENTIALS = 16_384;

/** Reads an `Authorization` header; undefined if there is none, or it names no scheme. */
export function readAuthorization(header: string | undefined): Authorization | undefined {
  if (header === undefined) return undefined;
  // The scheme is at the start: no need to read all of a huge value.
  const [, scheme, credentials = ''] = AUTHORIZATION.exec(header.slice(0, MAX_CREDENTIALS + 1)) ?? [];
  return scheme === undefined ? undefined : { scheme: scheme.toLowerCase(), credentials };
}

/**
 * Whether credentials are one token68 (RFC 9110 section 11.2) of a sane length. Two `Authorization` lines that something
 * on the way has joined with a comma are not.
 */
export function isToken68(credentials: string): boolean {
  return credentials.length < MAX_CREDENTIALS && TOKEN68.test(credentials);
}
