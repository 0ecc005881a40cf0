import { createHash, randomBytes } from 'node:crypto';

/** What identifies a session. */
export interface Identity {
  /** What the client has. Whoever knows it has the session. */
  readonly token: string;
  /** What may be logged, stored and shown: the token can't be found from it. */
  readonly id: string;
}

const TOKEN_BYTES = 32;
const TOKEN = /^[\w-]{43}$/;

/** A new identity, of 256 random bits. @param scope keeps a token of one cookie from being one of another */
export function newIdentity(scope: string): Identity {
  return identityOf(randomBytes(TOKEN_BYTES).toString('base64url'), scope) as Identity;
}

/** The identity of a token; undefined if it is none. */
export function identityOf(token: unknown, scope: string): Identity | undefined {
  if (typeof token !== 'string' || !TOKEN.test(token)) return undefined;
  const id = createHash('sha256').update(`${scope}\0${token}`).digest('base64url');
  return { token, id };
}
