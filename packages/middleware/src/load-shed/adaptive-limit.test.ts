import { describe, expect, test } from 'vitest';

import { AdaptiveLimit } from './adaptive-limit.ts';

const BOUNDS = { min: 10, max: 1000, initial: 100 };
const ROUTE = {};

interface Backend {
  /** Requests that it works on at once; the others wait. */
  readonly capacity: number;
  /** Milliseconds of work for a request. */
  readonly time: number;
}

/**
 * Runs a backend by a clock of its own. Each millisecond, as many requests arrive as are missing to `clients`.
 *
 * @returns the longest time of an answer in the second half, and how many there were a second
 */
function simulate(
  limit: AdaptiveLimit,
  { capacity, time }: Backend,
  clients: number,
  milliseconds: number,
  { start = 0, kind = ROUTE }: { start?: number; kind?: object } = {},
): { longest: number; rate: number; refused: number } {
  const waiting: number[] = [];
  const working: { since: number; until: number }[] = [];
  let [longest, done, refused] = [0, 0, 0];
  for (let now = start; now < start + milliseconds; now++) {
    for (let at = working.length - 1; at >= 0; at--) {
      const { since, until } = working[at]!;
      if (until > now) continue;
      working.splice(at, 1);
      limit.end(kind, now - since, now);
      if (now < start + milliseconds / 2) continue;
      longest = Math.max(longest, now - since);
      done += 1;
    }
    while (working.length + waiting.length < clients) {
      if (limit.begin()) waiting.push(now);
      else {
        refused += 1;
        break;
      }
    }
    while (working.length < capacity && waiting.length > 0) {
      working.push({ since: waiting.shift()!, until: now + time });
    }
  }
  // They all end, so that the next phase begins with none.
  for (const since of [...waiting, ...working.map((each) => each.since)]) {
    limit.end(kind, undefined, since);
  }
  return { longest, rate: (done * 2000) / milliseconds, refused };
}

test('lets as many begin as its limit says, and others when they have ended', () => {
  const limit = new AdaptiveLimit({ min: 1, max: 2, initial: 2 });
  expect([limit.begin(), limit.begin(), limit.begin()]).toEqual([true, true, false]);
  limit.end(ROUTE, 5, 5);
  expect([limit.begin(), limit.begin()]).toEqual([true, false]);
  expect(limit.inFlight).toBe(2);
});

describe('with a backend that works on 20 requests at once, 20 ms each', () => {
  const backend: Backend = { capacity: 20, time: 20 };

  test('refuses nothing while there is room', () => {
    const limit = new AdaptiveLimit(BOUNDS);
    expect(simulate(limit, backend, 15, 5000)).toMatchObject({ longest: 20, refused: 0 });
  });

  test('keeps answers fast under ten times the load, and the backend busy', () => {
    const limit = new AdaptiveLimit(BOUNDS);
    simulate(limit, backend, 15, 2000);
    const { longest, rate, refused } = simulate(limit, backend, 200, 10_000, { start: 2000 });
    // Without a limit it is 200 ms.
    expect(longest).toBeLessThan(90);
    expect(rate).toBeGreaterThan(900);
    expect(refused).toBeGreaterThan(0);
    expect(limit.limit).toBeGreaterThanOrEqual(20);
  });

  test('stays that way: what is slow does not become usual', () => {
    const limit = new AdaptiveLimit(BOUNDS);
    simulate(limit, backend, 15, 2000);
    simulate(limit, backend, 200, 60_000, { start: 2000 });
    expect(simulate(limit, backend, 200, 10_000, { start: 62_000 }).longest).toBeLessThan(90);
  });

  test('finds the room of a backend that grows', () => {
    const limit = new AdaptiveLimit(BOUNDS);
    simulate(limit, backend, 200, 10_000);
    const before = limit.limit;
    const { rate } = simulate(limit, { capacity: 200, time: 20 }, 200, 20_000, { start: 10_000 });
    expect(limit.limit).toBeGreaterThan(before);
    expect(rate).toBeGreaterThan(5000);
  });

  test('a route that is slower than the others is no overload', () => {
    const limit = new AdaptiveLimit(BOUNDS);
    simulate(limit, { capacity: 100, time: 2 }, 60, 5000);
    const { refused } = simulate(limit, { capacity: 100, time: 300 }, 60, 20_000, { start: 5000, kind: {} });
    expect(refused).toBe(0);
  });
});

test('keeps to its bounds', () => {
  const low = new AdaptiveLimit({ min: 5, max: 50, initial: 20 });
  simulate(low, { capacity: 1, time: 10 }, 4, 1000);
  simulate(low, { capacity: 1, time: 10 }, 100, 20_000, { start: 1000 });
  expect(low.limit).toBeGreaterThanOrEqual(5);
  const high = new AdaptiveLimit({ min: 5, max: 50, initial: 20 });
  simulate(high, { capacity: 1000, time: 10 }, 500, 20_000);
  expect(high.limit).toBe(50);
});

test('differences of a millisecond are no overload', () => {
  const limit = new AdaptiveLimit(BOUNDS);
  for (let now = 0; now < 10_000; now++) {
    limit.begin();
    limit.end(ROUTE, now % 100 === 0 ? 0.1 : 5, now);
  }
  expect(limit.limit).toBe(100);
});
