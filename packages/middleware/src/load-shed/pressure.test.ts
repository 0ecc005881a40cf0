import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Pressure, type PressureLimits, type Watch } from './pressure.ts';

const NONE: PressureLimits = { maxEventLoopDelay: 0, maxEventLoopUtilization: 0, maxHeapUsage: 0, maxRss: 0 };

/** A process that is as it is said to be. */
class Machine {
  time = 0;
  late = 0;
  busy = 0;
  heap = 0;
  memory = 0;
  readonly sensors = {
    now: () => this.time,
    utilization: () => this.busy,
    heapUsage: () => this.heap,
    rss: () => this.memory,
  };
  readonly pressure: Pressure;

  constructor(limits: Partial<PressureLimits>, watch?: Watch) {
    this.pressure = new Pressure({ ...NONE, ...limits }, this.sensors, watch);
    this.pressure.share(false);
  }

  /** Lets time pass, with requests. */
  pass(looks: number): void {
    for (let i = 0; i < looks; i++) {
      this.time += 50 + this.late;
      this.pressure.share(false);
      vi.advanceTimersByTime(50);
    }
  }

  get shares(): { usual: number; low: number } {
    return { usual: this.pressure.share(false), low: this.pressure.share(true) };
  }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
afterEach(() => void vi.useRealTimers());

test('a pause alone refuses nothing, and being late all the time nearly everything', () => {
  const machine = new Machine({ maxEventLoopDelay: 100 });
  machine.pass(10);
  expect(machine.pressure.load.eventLoopDelay).toBe(0);
  machine.late = 300;
  machine.pass(1);
  expect(machine.pressure.load.eventLoopDelay).toBeCloseTo(60);
  expect(machine.shares.usual).toBe(0);
  machine.pass(20);
  // Some are let through: else it would not know when it is over.
  expect(machine.shares.usual).toBeCloseTo(0.98);
  expect(machine.shares.low).toBeCloseTo(0.98);
  expect(machine.pressure.shortage).toBe('eventLoopDelay');
  machine.late = 0;
  machine.pass(22);
  // A second later, a part is let through again.
  expect(machine.shares.usual).toBeLessThan(0.5);
  machine.pass(10);
  expect(machine.shares).toEqual({ usual: 0, low: 0 });
});

test('what has a low priority is let through less and less while the loop is half as late as it may be', () => {
  const machine = new Machine({ maxEventLoopDelay: 100 });
  machine.late = 80;
  machine.pass(40);
  expect(machine.shares.usual).toBe(0);
  expect(machine.shares.low).toBeGreaterThan(0.9);
});

describe('a loop that is late since it refuses', () => {
  /** Half of the time goes into refusals. */
  const refusing = { refusing: () => 150 };

  test('refuses no more, as long as it has no time left', () => {
    const machine = Object.assign(new Machine({ maxEventLoopDelay: 100 }, refusing), { late: 250, busy: 1 });
    machine.pass(40);
    expect(machine.shares.usual).toBe(0);
    expect(machine.pressure.refusing).toBeCloseTo(2, 0);
    machine.busy = 0.5;
    machine.pass(40);
    expect(machine.shares.usual).toBeGreaterThan(0.9);
    expect(machine.pressure.refusing).toBe(0);
  });

  test('but does if it is five times later than it may be', () => {
    const machine = Object.assign(new Machine({ maxEventLoopDelay: 100 }, { refusing: () => 400 }), {
      late: 700,
      busy: 1,
    });
    machine.pass(60);
    expect(machine.shares.usual).toBeGreaterThan(0.9);
    expect(machine.pressure.refusing).toBeLessThan(1);
  });
});

test('notices at once that it is late, if many requests are read in one go', () => {
  const machine = new Machine({ maxEventLoopDelay: 100 });
  machine.pass(1);
  const { pressure, time } = machine;
  expect(pressure.isLate(time + 240, 0)).toBe(false);
  expect(pressure.isLate(time + 260, 0)).toBe(true);
  // Half of that went into refusals.
  expect(pressure.isLate(time + 260, 130)).toBe(false);
  expect(new Machine({}).pressure.isLate(1e9, 0)).toBe(false);
});

test.each([
  ['eventLoopUtilization', { maxEventLoopUtilization: 0.8 }, { busy: 0.9 }, { usual: 0.5, low: 1 }],
  ['eventLoopUtilization', { maxEventLoopUtilization: 0.8 }, { busy: 0.75 }, { usual: 0, low: 0.5 }],
  ['heapUsage', { maxHeapUsage: 0.9 }, { heap: 0.95 }, { usual: 0.5, low: 0.9 }],
  ['heapUsage', { maxHeapUsage: 0.9 }, { heap: 1 }, { usual: 0.9, low: 0.9 }],
  ['rss', { maxRss: 1000 }, { memory: 1050 }, { usual: 0.5, low: 0.9 }],
  ['rss', { maxRss: 1000 }, { memory: 5000 }, { usual: 0.9, low: 0.9 }],
] as const)('%s above %j, as with %j, refuses %j', (shortage, limits, state, { usual, low }) => {
  const machine = Object.assign(new Machine(limits), state);
  machine.pass(100);
  expect(machine.shares.usual).toBeCloseTo(usual);
  expect(machine.shares.low).toBeCloseTo(low);
  expect(machine.pressure.shortage).toBe(shortage);
});

test('the worst of several counts', () => {
  const machine = Object.assign(new Machine({ maxHeapUsage: 0.9, maxEventLoopUtilization: 0.5 }), {
    heap: 0.96,
    busy: 0.6,
  });
  machine.pass(100);
  expect(machine.shares.usual).toBeCloseTo(0.6);
});

test('without a limit, nothing is refused', () => {
  const machine = Object.assign(new Machine({}), { late: 9999, busy: 1, heap: 1, memory: 1e12 });
  machine.pass(100);
  expect(machine.shares).toEqual({ usual: 0, low: 0 });
});

/** Requests arrive at ten times the rate that the machine can handle; how late it is follows from those that it gets. */
test('settles, instead of going back and forth', () => {
  const machine = new Machine({ maxEventLoopDelay: 100 });
  let backlog = 0;
  const shares: number[] = [];
  for (let i = 0; i < 400; i++) {
    const { usual } = machine.shares;
    backlog = Math.max(0, backlog + 10 * (1 - usual) * 50 - 50);
    machine.late = Math.min(backlog, 1000);
    machine.pass(1);
    if (i > 200) shares.push(usual);
  }
  const changes = shares.filter((share, i) => i > 0 && share > 0 !== shares[i - 1]! > 0).length;
  expect(changes).toBeLessThan(40);
  expect(shares.reduce((sum, share) => sum + share, 0) / shares.length).toBeGreaterThan(0.5);
});

describe('its timer', () => {
  test('runs only while there are requests', () => {
    const machine = new Machine({ maxEventLoopDelay: 100 });
    vi.advanceTimersByTime(900);
    machine.pressure.share(false);
    vi.advanceTimersByTime(900);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(500);
    expect(vi.getTimerCount()).toBe(0);
    machine.pressure.share(false);
    expect(vi.getTimerCount()).toBe(1);
    vi.advanceTimersByTime(5000);
  });

  test('goes on for as long as it is needed', () => {
    let isNeeded = true;
    new Machine({ maxEventLoopDelay: 100 }, { looked: () => isNeeded });
    vi.advanceTimersByTime(10_000);
    expect(vi.getTimerCount()).toBe(1);
    isNeeded = false;
    vi.advanceTimersByTime(1500);
    expect(vi.getTimerCount()).toBe(0);
  });
});
