import type { ContextResponse, RateLimitPolicy, RateLimitResult } from '@blaizejs/types';

// draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4: lists of strings with parameters (RFC 9651).

/** One item of `RateLimit-Policy`: `"default";q=100;w=60`. */
export function policyItem(name: string, { algorithm, limit, window, burst }: RateLimitPolicy): string {
  // A bucket that fills in 10 s allows what 10 s and its size would: clients that keep to that are never refused.
  const isBucket = algorithm === 'token-bucket';
  const quota = isBucket ? burst : limit;
  return `"${name}";q=${quota};w=${seconds(isBucket ? (burst * window) / limit : window)}`;
}

/** One item of `RateLimit`: `"default";r=99;t=60`. */
export function limitItem(name: string, { remaining, resetAfter }: RateLimitResult): string {
  return `"${name}";r=${remaining};t=${Math.ceil(resetAfter / 1000)}`;
}

/**
 * Adds an item to a list, in which several limits have one each. A hook that runs again, after a timeout, adds nothing.
 *
 * @returns whether it did
 */
export function addItem(response: ContextResponse, header: string, item: string): boolean {
  const before = response.get(header);
  const name = item.slice(0, item.indexOf(';') + 1);
  if (before?.split(', ').some((each) => each.startsWith(name))) return false;
  response.header(header, before === undefined ? item : `${before}, ${item}`);
  return true;
}

/** Whole seconds, at least one. */
export function seconds(milliseconds: number): number {
  return Math.max(Math.ceil(milliseconds / 1000), 1);
}
