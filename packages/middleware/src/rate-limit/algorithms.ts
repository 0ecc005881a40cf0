import type { RateLimitAlgorithm, RateLimitPolicy, RateLimitResult } from '@blaizejs/types';

/**
 * Takes units, all or none. What a key has used is a list of numbers, empty at first, which is changed only if the units
 * are taken. Times are in milliseconds. `@blaizejs/redis` has each of these as a script; its tests compare the two.
 */
type Take = (state: number[], now: number, cost: number, policy: RateLimitPolicy) => RateLimitResult;

/** An algorithm. */
interface Algorithm {
  readonly take: Take;
  /** When a key has everything again, so that its state is no longer needed. */
  readonly endOf: (state: readonly number[], policy: RateLimitPolicy) => number;
}

/** Requests that arrive within this part of a window may be counted as one group. */
const PARTS = 32;

/** A thousandth of a millisecond: sums of intervals are not exact. */
const TOLERANCE = 0.001;

/**
 * At most `limit` units in any window. The state is a list of groups: when the first and the last request of a group came,
 * and what they cost. A group is over a window after its last request, so the limit is never exceeded; units may come
 * back later than they could, by up to a 32nd of the window.
 */
const slidingWindow: Take = (state, now, cost, { limit, window }) => {
  const over = state.findIndex((_, at) => at % 3 === 1 && (state[at] as number) + window > now);
  const live = over === -1 ? [] : state.slice(over - 1);
  const used = live.reduce((sum, value, at) => (at % 3 === 2 ? sum + value : sum), 0);
  const allowed = used + cost <= limit;
  let retryAfter = allowed ? 0 : Infinity;
  let missing = used + cost - limit;
  for (let at = 0; at < live.length && retryAfter === Infinity; at += 3) {
    missing -= live[at + 2] as number;
    if (missing <= 0) retryAfter = (live[at + 1] as number) + window - now;
  }
  if (allowed && cost > 0) {
    const first = live.at(-3);
    if (first !== undefined && now - first < window / PARTS) {
      live[live.length - 2] = Math.max(now, live[live.length - 2] as number);
      (live[live.length - 1] as number) += cost;
    } else live.push(now, now, cost);
    state.splice(0, state.length, ...live);
  }
  return {
    allowed,
    remaining: limit - used - (allowed ? cost : 0),
    resetAfter: live[1] === undefined ? 0 : live[1] + window - now,
    retryAfter,
    delay: 0,
  };
};

/** At most `limit` units in each window. Windows follow one another from 1970 on: those of a day begin at midnight (UTC). */
const fixedWindow: Take = (state, now, cost, { limit, window }) => {
  // A clock that is set back does not open an earlier window again.
  const current = Math.max(Math.floor(now / window), state[0] ?? 0);
  const used = state[0] === current ? (state[1] as number) : 0;
  const allowed = used + cost <= limit;
  const end = (current + 1) * window - now;
  if (allowed && cost > 0) {
    state[0] = current;
    state[1] = used + cost;
  }
  const left = limit - used - (allowed ? cost : 0);
  return {
    allowed,
    remaining: left,
    resetAfter: left === limit ? 0 : end,
    retryAfter: allowed ? 0 : cost > limit ? Infinity : end,
    delay: 0,
  };
};

/**
 * Both buckets. The state is the time at which the bucket will be full (of tokens) or empty (of waiting requests) again,
 * which each unit puts off by one interval. This is the generic cell rate algorithm (ITU-T I.371).
 */
const bucket =
  (isLeaky: boolean): Take =>
  (state, now, cost, { limit, window, burst }) => {
    const interval = window / limit;
    // One goes at once, the others wait.
    const capacity = isLeaky ? burst + 1 : burst;
    const before = Math.max((state[0] ?? 0) - now, 0);
    const excess = before + (cost - capacity) * interval;
    const allowed = excess <= TOLERANCE;
    const used = allowed ? before + cost * interval : before;
    if (allowed && cost > 0) state[0] = now + used;
    const remaining = Math.min(Math.floor((capacity * interval - used + TOLERANCE) / interval), capacity);
    return {
      allowed,
      remaining: Math.max(remaining, 0),
      resetAfter: remaining === capacity ? 0 : used - (capacity - remaining - 1) * interval,
      retryAfter: allowed ? 0 : cost > capacity ? Infinity : excess,
      delay: isLeaky && allowed && cost > 0 ? before : 0,
    };
  };

const full = ([end = 0]: readonly number[]): number => end;

export const ALGORITHMS: Readonly<Record<RateLimitAlgorithm, Algorithm>> = {
  'sliding-window': { take: slidingWindow, endOf: (state, { window }) => (state.at(-2) ?? 0) + window },
  'fixed-window': { take: fixedWindow, endOf: ([current = 0], { window }) => (current + 1) * window },
  'token-bucket': { take: bucket(false), endOf: full },
  'leaky-bucket': { take: bucket(true), endOf: full },
};
