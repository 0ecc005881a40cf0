import type { RateLimitAlgorithm, RateLimitPolicy } from '@blaizejs/types';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { ALGORITHMS } from './algorithms.ts';

const NAMES: readonly RateLimitAlgorithm[] = [
  'sliding-window',
  'fixed-window',
  'token-bucket',
  'leaky-bucket',
];
const START = Date.UTC(2026, 0, 1);

/** A request that was allowed. */
interface Taken {
  readonly at: number;
  readonly cost: number;
  readonly delay: number;
}

/** Requests: how long after the one before it each comes, and what it costs. */
const requests = fc.array(
  fc.record({
    after: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 40 }), fc.integer({ min: 100, max: 3000 })),
    cost: fc.integer({ min: 0, max: 4 }),
  }),
  { maxLength: 200 },
);
const policies = fc.record({
  limit: fc.integer({ min: 1, max: 40 }),
  window: fc.constantFrom(320, 1000, 1001, 60_000),
  burst: fc.integer({ min: 1, max: 50 }),
});

/** Lets requests come, and returns those that were allowed. */
function run(policy: RateLimitPolicy, list: readonly { after: number; cost: number }[]): Taken[] {
  const { take } = ALGORITHMS[policy.algorithm];
  const state: number[] = [];
  let at = START;
  return list.flatMap(({ after, cost }) => {
    at += after;
    const { allowed, delay } = take(state, at, cost, policy);
    return allowed && cost > 0 ? [{ at, cost, delay }] : [];
  });
}

const sum = (list: readonly Taken[]): number => list.reduce((total, { cost }) => total + cost, 0);

test('a sliding window never lets through more than its limit, in any window of time', () => {
  fc.assert(
    fc.property(policies, requests, (given, list) => {
      const policy = { ...given, algorithm: 'sliding-window' } as const;
      const taken = run(policy, list);
      for (const { at: end } of taken) {
        const within = taken.filter(({ at }) => at > end - policy.window && at <= end);
        expect(sum(within)).toBeLessThanOrEqual(policy.limit);
      }
    }),
  );
});

test('a sliding window refuses nothing that fits into one that is a 32nd longer', () => {
  fc.assert(
    fc.property(policies, requests, (given, list) => {
      const policy = { ...given, algorithm: 'sliding-window' } as const;
      const state: number[] = [];
      const taken: Taken[] = [];
      let now = START;
      for (const { after, cost } of list) {
        now += after;
        const { allowed } = ALGORITHMS[policy.algorithm].take(state, now, cost, policy);
        const recent = taken.filter(({ at }) => at > now - policy.window * (1 + 1 / 32));
        if (sum(recent) + cost <= policy.limit) expect(allowed).toBe(true);
        if (allowed) taken.push({ at: now, cost, delay: 0 });
        // What is remembered of a key does not grow with what it sends.
        expect(state.length).toBeLessThanOrEqual(34 * 3);
      }
    }),
  );
});

test('a fixed window never lets through more than its limit, from one end of a window to the next', () => {
  fc.assert(
    fc.property(policies, requests, (given, list) => {
      const policy = { ...given, algorithm: 'fixed-window' } as const;
      const used = new Map<number, number>();
      for (const { at, cost } of run(policy, list)) {
        const window = Math.floor(at / policy.window);
        used.set(window, (used.get(window) ?? 0) + cost);
      }
      expect(Math.max(0, ...used.values())).toBeLessThanOrEqual(policy.limit);
    }),
  );
});

test('a token bucket never lets through more than it holds and has received', () => {
  fc.assert(
    fc.property(policies, requests, (given, list) => {
      const policy = { ...given, algorithm: 'token-bucket' } as const;
      const taken = run(policy, list);
      for (const [index, first] of taken.entries()) {
        let used = 0;
        for (const { at, cost } of taken.slice(index)) {
          used += cost;
          const received = ((at - first.at) * policy.limit) / policy.window;
          expect(used).toBeLessThanOrEqual(policy.burst + received + 0.01);
        }
      }
    }),
  );
});

test('what leaves a leaky bucket keeps to its pace, and nothing waits longer than the bucket is deep', () => {
  fc.assert(
    fc.property(policies, requests, (given, list) => {
      const policy = { ...given, algorithm: 'leaky-bucket' } as const;
      const interval = policy.window / policy.limit;
      let free = 0;
      for (const { at, cost, delay } of run(policy, list)) {
        expect(at + delay).toBeGreaterThanOrEqual(free - 0.01);
        expect(delay).toBeLessThanOrEqual(policy.burst * interval + 0.01);
        free = at + delay + cost * interval;
      }
    }),
  );
});

describe.each(NAMES)('%s', (algorithm) => {
  const { take } = ALGORITHMS[algorithm];
  const policy: RateLimitPolicy = { algorithm, limit: 10, window: 1000, burst: 10 };

  test('tells truly what is left, and when a refused request would be allowed', () => {
    fc.assert(
      fc.property(policies, requests, (given, list) => {
        const current = { ...given, algorithm };
        const state: number[] = [];
        const wouldTake = (at: number, cost: number) => take([...state], at, cost, current).allowed;
        let now = START;
        for (const { after, cost } of list) {
          now += after;
          const { allowed, remaining, retryAfter, resetAfter } = take(state, now, cost, current);
          expect(wouldTake(now, remaining)).toBe(true);
          expect(wouldTake(now, remaining + 1)).toBe(false);
          if (resetAfter > 0) {
            expect(take([...state], now + resetAfter + 0.01, 0, current).remaining).toBeGreaterThan(
              remaining,
            );
          }
          if (allowed) expect(retryAfter).toBe(0);
          else if (retryAfter !== Infinity) {
            expect(retryAfter).toBeGreaterThan(0);
            expect(wouldTake(now + retryAfter + 0.01, cost)).toBe(true);
            if (retryAfter > 0.1) expect(wouldTake(now + retryAfter - 0.1, cost)).toBe(false);
          }
        }
      }),
    );
  });

  test('never allows a cost above what there can be', () => {
    expect(take([], START, 12, policy)).toMatchObject({ allowed: false, retryAfter: Infinity, delay: 0 });
  });

  test('takes all or nothing, and nothing for what it refuses', () => {
    const state: number[] = [];
    expect(take(state, START, 8, policy).allowed).toBe(true);
    const before = [...state];
    expect(take(state, START, 4, policy).allowed).toBe(false);
    expect(state).toEqual(before);
  });

  test('asks what is left at a cost of 0, and changes nothing', () => {
    const state: number[] = [];
    const all = algorithm === 'leaky-bucket' ? 11 : 10;
    expect(take(state, START, 0, policy)).toEqual({
      allowed: true,
      remaining: all,
      resetAfter: 0,
      retryAfter: 0,
      delay: 0,
    });
    expect(state).toEqual([]);
  });

  test('gives nothing away if the clock is set back', () => {
    const state: number[] = [];
    while (take(state, START, 1, policy).allowed);
    expect(take(state, START - 10_000, 1, policy).allowed).toBe(false);
  });

  test('is over when it says so, and has everything again', () => {
    fc.assert(
      fc.property(policies, requests, (given, list) => {
        const current = { ...given, algorithm };
        const state: number[] = [];
        const fresh = take([], START, 0, current).remaining;
        let now = START;
        for (const { after, cost } of list) take(state, (now += after), cost, current);
        const end = Math.max(ALGORITHMS[algorithm].endOf(state, current), now);
        expect(take(state, end, 0, current).remaining).toBe(fresh);
      }),
    );
  });
});
