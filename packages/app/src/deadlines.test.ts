import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { Deadlines } from './deadlines.ts';

describe('deadlines', () => {
  const late: string[] = [];
  const tell = (item: string): boolean => {
    late.push(item);
    return false;
  };

  beforeEach(() => {
    late.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test('tell what takes longer, once', () => {
    const deadlines = new Deadlines<string>(800, tell);
    deadlines.add('slow');
    const fast = deadlines.add('fast');
    vi.advanceTimersByTime(700);
    deadlines.delete(fast);
    expect(late).toEqual([]);
    vi.advanceTimersByTime(5000);
    expect(late).toEqual(['slow']);
  });

  test('are never early, and at most a fifth late', () => {
    const deadlines = new Deadlines<string>(800, tell);
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

  test('may be given as long again', () => {
    const deadlines = new Deadlines<string>(80, (item) => late.push(item) < 3);
    deadlines.add('again');
    vi.advanceTimersByTime(200);
    expect(late).toEqual(['again', 'again']);
    vi.advanceTimersByTime(1000);
    expect(late).toEqual(['again', 'again', 'again']);
  });

  test('take what is added, and lose what ends, while they tell', () => {
    const deadlines = new Deadlines<string>(80, (item) => {
      late.push(item);
      if (item === 'first') deadlines.add('added');
      if (item === 'first') deadlines.delete(third);
      return false;
    });
    const first = deadlines.add('first');
    deadlines.add('second');
    const third = deadlines.add('third');
    vi.advanceTimersByTime(1000);
    expect(late).toEqual(['first', 'second', 'added']);
    for (const ended of [first, third, undefined]) deadlines.delete(ended);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('let each end in any order, and keep the others', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2, 3, 4, 5]), (ended) => {
        late.length = 0;
        const deadlines = new Deadlines<string>(80, tell);
        const all = [0, 1, 2, 3, 4, 5].map((n) => deadlines.add(String(n)));
        for (const n of [...ended, ...ended]) deadlines.delete(all[n]);
        vi.advanceTimersByTime(1000);
        expect(late).toEqual(['0', '1', '2', '3', '4', '5'].filter((n) => !ended.includes(Number(n))));
      }),
    );
  });

  test('have no timer where there is nothing under way', () => {
    const deadlines = new Deadlines<string>(80, tell);
    const one = deadlines.add('one');
    expect(vi.getTimerCount()).toBe(1);
    deadlines.delete(one);
    vi.advanceTimersByTime(100);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('of 0 milliseconds are none', () => {
    const deadlines = new Deadlines<string>(0, tell);
    expect(deadlines.add('one')).toBeUndefined();
    vi.advanceTimersByTime(1_000_000);
    expect(late).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
