import { describe, expect, it } from 'vitest';

import { median, ratio } from './statistics.mjs';

describe('median', () => {
  it('is the middle value', () => expect(median([9, 1, 5])).toBe(5));
  it('is between the two middle values', () => expect(median([1, 10, 4, 2])).toBe(3));
  it('is the only value', () => expect(median([7])).toBe(7));
  it('is not defined for an empty list', () => expect(() => median([])).toThrow(RangeError));
});

describe('ratio', () => {
  it('compares within rounds, so that a slow round of both does not count', () => {
    expect(ratio([200, 20, 220], [100, 10, 110])).toBe(2);
  });
});
