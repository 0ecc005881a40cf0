import type { Limits } from '@blaizejs/types';

// As in gRPC's MAX_CONNECTION_AGE: connections that were opened together must not all end together.
const JITTER = 0.1;

/** When a connection reaches `maxConnectionAge`, varied by up to a tenth; never if that is 0. */
export function oldAt({ maxConnectionAge }: Limits, opened: number): number {
  if (maxConnectionAge === 0) return Infinity;
  return opened + maxConnectionAge * (1 + JITTER * (2 * Math.random() - 1));
}
