import { expect, test } from 'vitest';

import { rateLimit } from '../rate-limit.ts';

test.each<[object, string]>([
  [{}, 'limit: expected a whole number from 1 to 1000000, received nothing'],
  [{ limit: 0 }, 'limit: expected a whole number from 1'],
  [{ limit: 1.5 }, 'limit: expected'],
  [{ limit: 1, window: 0 }, 'window: expected a whole number above 0'],
  [{ limit: 1, window: '1m' }, 'window: expected'],
  [{ limit: 100, window: 9 }, 'limit: expected at most 10 per millisecond of `window`'],
  [{ limit: 1, algorithm: 'gcra' }, 'algorithm: expected "sliding-window" or "fixed-window"'],
  [{ limit: 1, burst: 5 }, 'burst: expected nothing, unless `algorithm` is a bucket'],
  [{ limit: 1, algorithm: 'token-bucket', burst: 0 }, 'burst: expected a whole number above 0'],
  [{ limit: 1, algorithm: 'leaky-bucket', burst: -1 }, 'burst: expected a whole number from 0'],
  [{ limit: 1, key: 'ip' }, 'key: expected a function'],
  [{ limit: 1, perRoute: 'yes' }, 'perRoute: expected true or false'],
  [{ limit: 1, cost: -1 }, 'cost: expected a whole number, or a function'],
  [{ limit: 1, name: 'my limit' }, 'name: expected up to 64 letters'],
  [{ limit: 1, store: {} }, 'store: expected a store, which has consume()'],
  [{ limit: 1, onStoreError: 'throw' }, 'onStoreError: expected "open" or "closed"'],
  [{ limit: 1, storeTimeout: 0 }, 'storeTimeout: expected'],
  [{ limit: 1, skip: true }, 'skip: expected a function'],
  [{ limits: 1 }, 'Did you mean `limit`?'],
  [{ limit: 1, windowMs: 5 }, 'Did you mean `window`?'],
])('refuses %j', (options, message) => {
  expect(() => rateLimit(options as never)).toThrow(
    expect.objectContaining({
      name: 'BlaizeError',
      code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS',
      message: expect.stringContaining(message) as string,
    }),
  );
});

test('names everything that is wrong at once, and the function', () => {
  expect(() => rateLimit({ limit: 0, cost: -1 })).toThrow('The options of rateLimit() have 2 problems:');
});

test('is called after its name', () => {
  expect(rateLimit({ limit: 1 }).name).toBe('rate-limit');
  expect(rateLimit({ limit: 1, name: 'sign-in' }).name).toBe('rate-limit(sign-in)');
});
