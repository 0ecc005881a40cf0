import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { EventLoopDelay } from './event-loop-delay.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** Lets time pass with an event loop that is late each time. */
function pass(times: number, late: number): void {
  for (let i = 0; i < times; i++) {
    const now = performance.now();
    const spy = vi.spyOn(performance, 'now').mockReturnValue(now + 50 + late);
    vi.advanceTimersByTime(50);
    spy.mockRestore();
    // What the clock has shown is over.
    vi.setSystemTime(Date.now() + late);
  }
}

test('is how late timers are, on average', () => {
  const delay = new EventLoopDelay();
  expect(delay.read()).toBe(0);
  vi.advanceTimersByTime(500);
  expect(delay.read()).toBe(0);
  pass(1, 300);
  // A pause alone does not count in full.
  expect(delay.read()).toBeCloseTo(60, 0);
});

test('its timer runs only while there are requests', () => {
  const delay = new EventLoopDelay();
  expect(vi.getTimerCount()).toBe(0);
  delay.read();
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(900);
  delay.read();
  vi.advanceTimersByTime(900);
  expect(vi.getTimerCount()).toBe(1);
  vi.advanceTimersByTime(500);
  expect(vi.getTimerCount()).toBe(0);
  expect(delay.read()).toBe(0);
  expect(vi.getTimerCount()).toBe(1);
});
