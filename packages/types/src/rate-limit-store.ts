/** How a rate limit counts. */
export type RateLimitAlgorithm = 'sliding-window' | 'fixed-window' | 'token-bucket' | 'leaky-bucket';

/** What a key may use. */
export interface RateLimitPolicy {
  readonly algorithm: RateLimitAlgorithm;
  /** Units per window. */
  readonly limit: number;
  /** Milliseconds. */
  readonly window: number;
  /** The units that a full `token-bucket` holds, or that may wait in a `leaky-bucket`. Windows ignore it. */
  readonly burst: number;
}

/** What a store has found out, and counted. */
export interface RateLimitResult {
  /** Whether the units were there. If not, nothing was counted. */
  readonly allowed: boolean;
  /** Units that are left now, a whole number. */
  readonly remaining: number;
  /** Milliseconds until more units are left; 0 if all of them are. */
  readonly resetAfter: number;
  /** Milliseconds until the same cost would be allowed if nothing else is used; 0 if it is now, `Infinity` if it never is. */
  readonly retryAfter: number;
  /** Milliseconds that the request has to wait for its turn. Always 0, except for `leaky-bucket`. */
  readonly delay: number;
}

/**
 * Counts what keys have used, atomically: two calls at once never use the same unit, whichever processes they come from.
 * It may throw or reject; who calls it decides what that means for a request.
 */
export interface RateLimitStore {
  /** Takes `cost` units for a key, all or none. A cost of 0 takes nothing and tells what is left. */
  consume(key: string, cost: number, policy: RateLimitPolicy): Promise<RateLimitResult> | RateLimitResult;
}
