import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseQuery } from './query.ts';

// A lone surrogate has no form in UTF-8.
const word = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('a', '&', '=', '+', '%', ' ', '#', '?', ';', '[', ']', 'é', '\0') }),
  fc.constantFrom('__proto__', 'constructor', 'hasOwnProperty', 'prototype', 'toString', 'length'),
);

describe('parseQuery', () => {
  test('reads what URLSearchParams writes', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word)), (pairs) => {
        const parsed = parseQuery(new URLSearchParams(pairs).toString());
        const names = new Set(pairs.map(([name]) => name));
        expect(new Set(Object.keys(parsed))).toEqual(names);
        for (const name of names) {
          const values = pairs.filter((pair) => pair[0] === name).map(([, value]) => value);
          expect(parsed[name]).toEqual(values.length === 1 ? values[0] : values);
        }
      }),
    );
  });

  test('never throws, and gives strings and lists of strings only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (query) => {
        for (const value of Object.values(parseQuery(query)).flat()) expect(value).toBeTypeOf('string');
      }),
    );
  });

  test('__proto__ and its like are plain names; nothing else is touched by them', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const parsed = parseQuery('__proto__=a&constructor=b&hasOwnProperty=c&__proto__[polluted]=d&__proto__=e');
    expect(Object.entries(parsed)).toEqual([
      ['__proto__', ['a', 'e']],
      ['constructor', 'b'],
      ['hasOwnProperty', 'c'],
      ['__proto__[polluted]', 'd'],
    ]);
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    expect(parseQuery('').toString).toBeUndefined();
  });

  test.each([
    ['', {}],
    ['&&', {}],
    ['a', { a: '' }],
    ['a=', { a: '' }],
    ['=b', { '': 'b' }],
    ['a=b=c', { a: 'b=c' }],
    ['a+b=c+d', { 'a b': 'c d' }],
    ['a=%2B%26', { a: '+&' }],
    ['a=1&a=2&a=', { a: ['1', '2', ''] }],
    ['a=%zz%', { a: '%zz%' }],
    ['%C3%A9=%ff', { é: '%ff' }],
  ])('%j', (query, expected) => {
    expect({ ...parseQuery(query) }).toEqual(expected);
  });
});
