import fc from 'fast-check';
import { expect, test } from 'vitest';

import { type CacheKey, joinKey, prefixOf } from './key.ts';

test('joins parts so that no two keys are the same', () => {
  expect(joinKey('a')).toBe(joinKey(['a']));
  expect(joinKey(['user', 7])).toBe('user:7');
  expect(joinKey(['user', '7'])).toBe('user:7');
  expect(joinKey('user:7')).toBe('user%3A7');
  expect(joinKey(['a', true, 10n, 1.5])).toBe('a:true:10:1.5');
  expect(joinKey(['a', ''])).not.toBe(joinKey(['a']));
  expect([prefixOf('a'), prefixOf(['a']), prefixOf(['a', 1])]).toEqual([undefined, undefined, 'a']);
});

test('keys are equal only if all of their parts are', () => {
  const part = fc.string({ unit: fc.constantFrom('a', ':', '%', '3', 'A', '2', '5'), maxLength: 4 });
  const key = fc.array(part, { minLength: 1, maxLength: 4 }).filter(([first]) => first !== '');
  fc.assert(
    fc.property(key, key, (a, b) => {
      expect(joinKey(a) === joinKey(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
    }),
  );
});

test.each<[unknown, string]>([
  ['', 'the first of which is not empty, not ""'],
  [[], 'not []'],
  [['', 'a'], 'not ["", "a"]'],
  [['a', undefined], 'not ["a", undefined]'],
  [['a', null], 'finite numbers'],
  [['a', NaN], 'not ["a", NaN]'],
  [['a', {}], 'finite numbers'],
  [undefined, 'finite numbers'],
  [['a', Symbol('s')], 'finite numbers'],
  [['a', '\ud800'], 'lone surrogates'],
  ['x'.repeat(1025), 'longer than 1024 characters. Use a hash'],
  [['a', '%'.repeat(400)], 'longer than 1024'],
  ['%'.repeat(50_000_000), 'longer than 1024'],
  [Array.from({ length: 1_000_000 }, () => 'x'), 'longer than 1024'],
])('refuses a key that is wrong (%#)', (key, message) => {
  const refused = { code: 'ERR_BLAIZE_CACHE_KEY', message: expect.stringContaining(message) as string };
  expect(() => joinKey(key as CacheKey)).toThrow(expect.objectContaining(refused));
});
