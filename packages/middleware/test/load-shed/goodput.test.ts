import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { type Machine, SimulatedLoop } from './simulated-loop.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

const NO_LIMIT = { maxEventLoopDelay: 0, minConcurrency: 100_000, maxConcurrency: 100_000 };
const MACHINE: Machine = { clients: 5, work: 5, isLater: true, overhead: 0.15, pause: 20 };

describe.each([
  ['handlers that wait first', true],
  ['handlers that compute at once', false],
])('with %s', (_, isLater) => {
  // 0.15 ms is what a refusal costs over HTTP/1.1 and TLS on a good machine, 0.4 ms on one that is short of time.
  test.each([
    { clients: 50, work: 5, overhead: 0.15 },
    { clients: 300, work: 1, overhead: 0.15 },
    { clients: 300, work: 5, overhead: 0.15 },
    { clients: 300, work: 5, overhead: 0.4 },
    { clients: 300, work: 50, overhead: 0.15 },
    { clients: 1000, work: 5, overhead: 0.15 },
  ])(
    '$clients clients, $work ms each, $overhead ms around it: most of the time goes into answers',
    (load) => {
      const loop = new SimulatedLoop({}, { ...MACHINE, ...load, clients: 5, isLater });
      loop.run(1000);
      loop.clients = load.clients;
      loop.run(5000);
      const { useful, slowest } = loop.run(5000);
      // Without a limit.
      const unlimited = new SimulatedLoop(NO_LIMIT, { ...MACHINE, ...load, isLater });
      unlimited.run(20_000);
      const best = unlimited.run(20_000);
      expect(best.refused).toBe(0);
      expect(useful / best.useful).toBeGreaterThan(0.7);
      // Fewer clients wait for a quarter of a second, and that is allowed.
      if (load.clients * load.work > 500) expect(slowest).toBeLessThan(best.slowest / 1.3);
    },
  );
});

test('a backend that is slow, not the loop: refusals raise no limit, however many there are', () => {
  const loop = new SimulatedLoop(
    { minConcurrency: 10, maxConcurrency: 10 },
    { ...MACHINE, work: 0, overhead: 0.1, clients: 200 },
  );
  const { refused } = loop.run(1000);
  expect(loop.shedder.state.limit).toBe(10);
  expect(refused).toBeGreaterThan(100);
});

describe('what it tells', () => {
  /** @returns how often an overload has begun */
  function bursts(pause: number, count: number): number {
    const loop = new SimulatedLoop({}, { ...MACHINE });
    for (let i = 0; i < count; i++) {
      loop.clients = 300;
      loop.run(500);
      loop.clients = 1;
      loop.run(pause);
    }
    return loop.shedder.state.overloads;
  }

  test('one overload as long as it lasts, and its end a second after the last refusal', () => {
    const loop = new SimulatedLoop({}, { ...MACHINE, work: 50, clients: 100 });
    for (let i = 0; i < 40; i++) {
      loop.run(250);
      if (i > 2) expect(loop.shedder.state.overloaded).toBe(true);
    }
    expect(loop.shedder.state.overloads).toBe(1);
    loop.clients = 1;
    loop.run(900);
    expect(loop.shedder.state.overloaded).toBe(true);
    loop.run(1500);
    expect(loop.shedder.state).toMatchObject({ overloaded: false, inFlight: 0 });
  });

  test('a loop that stands still for seconds is not taken for the end', () => {
    const changes: boolean[] = [];
    const onChange = ({ overloaded }: { overloaded: boolean }): void => void changes.push(overloaded);
    const loop = new SimulatedLoop({ onChange }, { ...MACHINE, clients: 300 });
    loop.run(2000);
    expect(changes).toEqual([true]);
    loop.clients = 1;
    // Nothing is refused for these six seconds, but the loop was not there to refuse anything.
    for (let i = 0; i < 3; i++) {
      loop.now += 2000;
      loop.run(10);
    }
    expect(changes).toEqual([true]);
    loop.run(2500);
    expect(changes).toEqual([true, false]);
  });

  test('bursts that follow one another become one overload', () => {
    // Each is over when the next one begins, if a second is enough.
    expect(bursts(2500, 20)).toBeLessThan(5);
    // These have nothing to do with each other.
    expect(bursts(20_000, 5)).toBe(5);
  });
});
