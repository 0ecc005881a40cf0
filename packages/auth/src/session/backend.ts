import type { Changes, Data, Times } from './data.ts';
import type { End } from './end.ts';
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

/** Where sessions are: in the cookie itself, or in a store. */
export interface Backend {
  newIdentity(): Identity;
  /** @param values what the client sent, in its order. The first session that is alive counts, or else the first that has ended */
  find(values: readonly string[]): Promise<Found | End | undefined>;
  create(identity: Identity, data: Data): Promise<Saved>;
  /** Saves changes, or only that it was used, unless it has ended. */
  update(found: Found, changes: Changes): Promise<Saved | End>;
  /** Moves a session to another identity, unless it has ended. */
  replace(found: Found, next: Identity, changes: Changes): Promise<Saved | End>;
  /** Ends a session for good, whatever id it has by now. */
  remove(id: string): Promise<void>;
}
