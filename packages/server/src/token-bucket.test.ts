import { expect, test } from 'vitest';

import { TokenBucket } from './token-bucket.ts';

test('allows its burst at once, and then its rate', () => {
  const bucket = new TokenBucket(3, 10);
  const begin = performance.now();
  const take = (after: number): boolean => bucket.take(begin + after);
  expect([take(0), take(0), take(0), take(0)]).toEqual([true, true, true, false]);
  expect([take(60), take(110), take(110), take(260), take(310)]).toEqual([false, true, false, true, true]);
});

test('never holds more than its burst', () => {
  const bucket = new TokenBucket(2, 10);
  const later = performance.now() + 60_000;
  expect([bucket.take(later), bucket.take(later), bucket.take(later)]).toEqual([true, true, false]);
});
