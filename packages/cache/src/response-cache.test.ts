import { expect, test } from 'vitest';

import { responseCache } from './response-cache.ts';

test.each([
  [{ tll: 1 }, /tll.*Did you mean `ttl`/s],
  [{ ttl: 0 }, /ttl: expected a whole number of milliseconds/],
  [{ ttl: { sliding: 10, max: 5 } }, /max the larger one/],
  [{ negativeTtl: -1 }, /negativeTtl/],
  [{ staleWhileRevalidate: 0.5 }, /staleWhileRevalidate/],
  [{ staleIfError: '1' }, /staleIfError/],
  [{ clientRevalidation: 1 }, /clientRevalidation: expected true or false/],
  [{ maxEntryBytes: -1 }, /maxEntryBytes/],
  [{ maxVariants: 0 }, /maxVariants/],
  [{ maxWaiters: NaN }, /maxWaiters/],
  [{ collapseTimeout: 0 }, /collapseTimeout/],
  [{ storeTimeout: Infinity }, /storeTimeout/],
  [{ query: 'any' }, /query: expected "exact" or "sorted"/],
  [{ ignoreQuery: 'utm_source' }, /ignoreQuery: expected a list of names/],
  [{ key: 'tenant' }, /key: expected a function/],
  [{ tags: ['a'] }, /tags: expected a function/],
  [{ cacheStatus: 'a b' }, /cacheStatus/],
  [{ store: new Map() }, /store: expected a store, such as memoryStore\(\)/],
])('refuses %o', (options, message) => {
  let thrown: unknown;
  try {
    responseCache(options as never);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code: 'ERR_BLAIZE_MIDDLEWARE_OPTIONS' });
  expect(String(thrown)).toMatch(message);
});

test('has a name for lists of middleware', () => {
  expect(responseCache().name).toBe('response-cache');
});

test.each([[''], ['a'.repeat(257)], [7]])('refuses the tag %o', (tag) => {
  expect(() => {
    responseCache().tag({ state: {} }, tag as string);
  }).toThrow(TypeError);
});
