import type { Changes, Data, Times } from './data.ts';
import type { Identity } from './identity.ts';

/** A session that a request has. */
export interface Found {
  readonly identity: Identity;
  readonly times: Times;
  readonly data: Data;
}

/** What a client is to keep. */
export interface Saved {
  /** The value of the cookie. */
  readonly value: string;
  /** Milliseconds that it lasts. */
  readonly lasts: number;
}

/**
 * Why a session is not there any more: it was ended, or a request that ran at the same time has given it another id. Then the
 * client has a newer cookie, which must not be overwritten.
 */
export type Gone = 'ended' | 'replaced';

/** Where sessions are: in the cookie itself, or in a store. */
export interface Backend {
  newIdentity(): Identity;
  /** @param values what the client sent, in its order: the first session that is alive counts */
  find(values: readonly string[]): Promise<Found | 'replaced' | undefined>;
  create(identity: Identity, data: Data): Promise<Saved>;
  /** Saves changes, or only that it was used. */
  update(found: Found, changes: Changes): Promise<Saved | Gone>;
  /** Moves a session to another identity. */
  replace(found: Found, next: Identity, changes: Changes): Promise<Saved | Gone>;
  /** Ends a session for good. */
  remove(found: Found): Promise<void>;
}

/** For how long after `regenerate()` a request with the old cookie may follow that was sent before the new one arrived. */
export const OVERLAP_MS = 60_000;
