import fc from 'fast-check';
import { expect, test } from 'vitest';

import { nest } from './names.ts';

test.each([
  [{ a: '1' }, { a: '1' }],
  [{ 'address.city': 'x', 'address[zip]': '1' }, { address: { city: 'x', zip: '1' } }],
  [{ 'tags[]': 'a' }, { tags: ['a'] }],
  [{ 'tags[]': ['a', 'b'] }, { tags: ['a', 'b'] }],
  [{ 'a.tags[]': 'x' }, { a: { tags: ['x'] } }],
  [{ 'lines[0].count': '1', 'lines[2].count': '3' }, { lines: [{ count: '1' }, { count: '3' }] }],
  [{ 'lines.10.a': 'y', 'lines.9.a': 'x' }, { lines: [{ a: 'x' }, { a: 'y' }] }],
  [{ 'a.0': 'x', 'a.b': 'y' }, { a: { 0: 'x', b: 'y' } }],
  // The first one counts.
  [{ a: '1', 'a.b': '2' }, { a: '1' }],
  [{ 'a.b': '2', a: '1' }, { a: { b: '2' } }],
  [{ 'a.b': '1', 'a[b]': '2' }, { a: { b: '1' } }],
  // No names of this kind.
  [
    { 'a.': '1', '.a': '2', 'a..b': '3', 'a[': '4', '[a]': '5', 'a[]b': '6', '[]': '7' },
    { 'a.': '1', '.a': '2', 'a..b': '3', 'a[': '4', '[a]': '5', 'a[]b': '6', '[]': '7' },
  ],
  [{ '1.2.3.4.5.6.7.8.9': 'deep' }, { '1.2.3.4.5.6.7.8.9': 'deep' }],
  [['a.b'], ['a.b']],
  ['text', 'text'],
  [null, null],
])('%j', (given, expected) => {
  expect(JSON.parse(JSON.stringify(nest(given)))).toEqual(expected);
});

test('no name reaches a prototype', () => {
  const before = Object.getOwnPropertyNames(Object.prototype);
  for (const name of [
    '__proto__.x',
    'a.__proto__.x',
    'constructor.prototype.x',
    'a[__proto__][x]',
    '__proto__[]',
    'a.constructor.b',
  ]) {
    nest(Object.fromEntries([[name, '1']]));
    nest(JSON.parse(`{"${name}": {"x": 1}, "a.b": 1}`));
  }
  expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  expect(({} as { x?: unknown }).x).toBeUndefined();
});

test('a large index makes no large list', () => {
  expect(nest({ 'a.999999': 'x' })).toEqual({ a: ['x'] });
  expect(Object.keys(nest({ 'a.4294967295': 'x' }) as object)).toEqual(['a']);
});

test('any names give something, and change nothing that was sent', () => {
  const name = fc.stringMatching(/^[a-c.[\]0-2_]{0,12}$/);
  fc.assert(
    fc.property(fc.dictionary(name, fc.string()), (given) => {
      const before = JSON.stringify(given);
      expect(nest(given)).toBeTypeOf('object');
      expect(JSON.stringify(given)).toBe(before);
    }),
  );
});
