import { acceptedCodings } from '@blaizejs/context/internal';

import type { Coder } from './coders.ts';

/** What a client accepts. */
export interface Accepted {
  /** The coder to use; undefined for none. */
  readonly coder: Coder | undefined;
  /** Whether it takes an answer without a coding. */
  readonly identity: boolean;
}

/**
 * Finds the coder for a client.
 *
 * @param acceptEncoding empty if there is none: such a client takes any coding, but need not know one (RFC 9110 section 12.5.3)
 * @param coders best first
 */
export function findAccepted(acceptEncoding: string, coders: readonly Coder[]): Accepted {
  const accepted = acceptedCodings(
    acceptEncoding,
    coders.map(({ coding }) => coding),
  );
  return {
    coder: coders.find(({ coding }) => coding === accepted[0]),
    identity: accepted.includes('identity'),
  };
}
