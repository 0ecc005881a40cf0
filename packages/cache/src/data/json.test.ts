import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { toJson } from './json.ts';

class Money {
  readonly cents = 5;
}

const circle: Record<string, unknown> = {};
circle['a'] = { circle };
let deep: unknown = 1;
for (let level = 0; level < 100_000; level++) deep = [deep];

describe('toJson()', () => {
  test.each<[unknown, string]>([
    [new Date(0), 'it is of the class Date'],
    [{ at: [{ date: new Date(0) }] }, 'value.at[0].date is of the class Date'],
    [new Map(), 'it is of the class Map'],
    [new Set(), 'it is of the class Set'],
    [new Money(), 'it is of the class Money'],
    [Buffer.from('a'), 'it is of the class Buffer'],
    [{ big: 5n }, 'value.big is a BigInt'],
    [[undefined], 'value[0] is undefined'],
    [{ f: () => 1 }, 'value.f is a function'],
    [Symbol('s'), 'it is a symbol'],
    [{ n: NaN }, 'value.n is NaN'],
    [-Infinity, 'it is -Infinity'],
    [{ toJSON: () => 1 }, 'it is an object with `toJSON`'],
    [circle, 'value.a.circle is a circle'],
    [deep, 'it is nested too deeply'],
    [
      new Proxy({}, { ownKeys: () => ['a'], getPrototypeOf: () => Date.prototype }),
      'it is of the class Date',
    ],
  ])('refuses what JSON would change (%#)', (value, message) => {
    const refused = { code: 'ERR_BLAIZE_CACHE_VALUE', message: expect.stringContaining(message) as string };
    expect(() => toJson(value, 'key')).toThrow(expect.objectContaining(refused));
  });

  test('takes the same object twice, leaves out what is undefined, and sets no prototype', () => {
    const shared = { a: 1 };
    expect(toJson([shared, shared], 'key')).toBe('[{"a":1},{"a":1}]');
    expect(toJson({ a: undefined, b: null }, 'key')).toBe('{"b":null}');
    expect(toJson(Object.create(null), 'key')).toBe('{}');
    expect(toJson(undefined, 'key')).toBeUndefined();
    const own = JSON.parse('{"__proto__":{"isAdmin":true}}') as object;
    const back = JSON.parse(toJson(own, 'key')!) as { isAdmin?: boolean };
    expect(back.isAdmin).toBeUndefined();
    expect(Object.keys(back)).toEqual(['__proto__']);
  });

  test('any value of JSON comes back as it was', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        // JSON has one zero.
        expect(JSON.parse(toJson(value, 'key')!)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
