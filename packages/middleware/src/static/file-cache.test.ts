import fc from 'fast-check';
import { expect, test } from 'vitest';

import { FileCache } from './file-cache.ts';

test('an entry is fresh for a time, and again once it is confirmed', () => {
  let now = 0;
  const cache = new FileCache<string>(10_000, 1000, () => now);
  cache.set('a', 'value', 10);
  now = 999;
  expect(cache.fresh('a')).toBe('value');
  now = 1000;
  expect([cache.fresh('a'), cache.stale('a')]).toEqual([undefined, 'value']);
  cache.confirm('a');
  expect(cache.fresh('a')).toBe('value');
});

test('what was used last stays', () => {
  const cache = new FileCache<number>(3 * 1100, 1000, () => 0);
  for (const name of ['a', 'b', 'c']) cache.set(name, 1, 10);
  cache.fresh('a');
  cache.set('d', 1, 10);
  expect(['a', 'b', 'c', 'd'].map((name) => cache.stale(name))).toEqual([1, undefined, 1, 1]);
});

test('it never holds more than its limit', () => {
  const entry = fc.tuple(fc.string({ minLength: 1, maxLength: 3 }), fc.nat(5000));
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 50 }), (entries) => {
      const cache = new FileCache<number>(10_000, 1000);
      for (const [name, size] of entries) {
        cache.set(name, size, size);
        expect(cache.size).toBeLessThanOrEqual(10_000);
      }
      for (const [name] of entries) cache.delete(name);
      expect(cache.size).toBe(0);
    }),
  );
});

test('a limit of 0 keeps nothing', () => {
  const cache = new FileCache<string>(0, 1000);
  cache.set('a', 'value', 0);
  expect(cache.stale('a')).toBeUndefined();
});
