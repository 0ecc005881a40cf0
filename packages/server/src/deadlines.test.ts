import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Deadlines } from './deadlines.ts';

describe('deadlines', () => {
  const late: string[] = [];

  beforeEach(() => {
    late.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('tell what takes longer, once', () => {
    const deadlines = new Deadlines<string>(800, (item) => late.push(item));
    deadlines.add('slow');
    deadlines.add('fast');
    vi.advanceTimersByTime(700);
    deadlines.delete('fast');
    expect(late).toEqual([]);
    vi.advanceTimersByTime(5000);
    expect(late).toEqual(['slow']);
  });

  test('are never early, and at most a fifth late', () => {
    const deadlines = new Deadlines<string>(800, (item) => late.push(item));
    deadlines.add('before');
    vi.advanceTimersByTime(159);
    deadlines.add('between');
    vi.advanceTimersByTime(800 - 159 - 1);
    expect(late).toEqual([]);
    // 160 ms are a fifth.
    vi.advanceTimersByTime(160);
    expect(late).toEqual(['before']);
    vi.advanceTimersByTime(159);
    expect(late).toEqual(['before', 'between']);
  });

  test('take what is added while they tell', () => {
    const deadlines = new Deadlines<string>(80, (item) => {
      late.push(item);
      if (late.length < 3) deadlines.add(item);
    });
    deadlines.add('again');
    vi.advanceTimersByTime(1000);
    expect(late).toEqual(['again', 'again', 'again']);
  });

  test('have no timer where there is nothing under way', () => {
    const deadlines = new Deadlines<string>(80, (item) => late.push(item));
    deadlines.add('one');
    expect(vi.getTimerCount()).toBe(1);
    deadlines.delete('one');
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('of 0 milliseconds are none', () => {
    const deadlines = new Deadlines<string>(0, (item) => late.push(item));
    deadlines.add('one');
    vi.advanceTimersByTime(1_000_000);
    expect(late).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
