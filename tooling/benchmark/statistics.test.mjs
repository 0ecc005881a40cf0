import { describe, expect, it } from 'vitest';

import { median, ratio } from './statistics.mjs';

describe('median', () => {
  it('is the middle one', () => expect(median([9, 1, 5])).toBe(5));
  it('lies between the two in the middle', () => expect(median([1, 10, 4, 2])).toBe(3));
  it('is what there is', () => expect(median([7])).toBe(7));
  it('does not exist of nothing', () => expect(() => median([])).toThrow(RangeError));
});

describe('ratio', () => {
  it('compares within rounds, so that a slow round of both does not count', () => {
    expect(ratio([200, 20, 220], [100, 10, 110])).toBe(2);
  });
});
