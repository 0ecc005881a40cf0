import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { acceptedCodings } from './negotiate.ts';

describe('acceptedCodings()', () => {
  const NAMES = ['br', 'zstd', 'gzip', 'deflate'] as const;

  test.each([
    [undefined, ['identity']],
    ['', ['identity']],
    ['gzip', ['gzip', 'identity']],
    ['gzip, deflate, br, zstd', ['br', 'zstd', 'gzip', 'deflate', 'identity']],
    ['gzip;q=0, *', ['br', 'zstd', 'deflate', 'identity']],
    ['identity;q=0', []],
    ['*;q=0', []],
    ['*;q=0, gzip', ['gzip']],
    ['*', ['br', 'zstd', 'gzip', 'deflate', 'identity']],
    ['identity;q=0.5, gzip;q=0.1', ['identity', 'gzip']],
    ['x-gzip', ['gzip', 'identity']],
    ['X-GZIP;q=0, *', ['br', 'zstd', 'deflate', 'identity']],
    ['GZip;Q=0.3 , ,', ['gzip', 'identity']],
    ['gzip;q=none', ['identity']],
    ['br;q=0.0001, gzip;level=1, zstd;q=2, deflate;q=0.5', ['deflate', 'identity']],
    ['constructor, __proto__, gzip', ['gzip', 'identity']],
    [`${'a,'.repeat(600)}gzip`, ['identity']],
  ])('%s', (acceptEncoding, codings) => {
    expect(acceptedCodings(acceptEncoding, NAMES)).toEqual(codings);
  });

  const member = fc
    .tuple(
      fc.constantFrom(...NAMES, 'identity', '*', 'x-gzip', 'GZIP', 'sdch', ''),
      fc.constantFrom('', ';q=0', ';q=0.000', '; q=0.5', ';Q=1', ';q=1.000', ';q=', ';a=b;q=0', ';q=0;q=1'),
    )
    .map((parts) => parts.join(''));

  test('whatever is asked for, it finds nothing that is refused', () => {
    const lists = fc.array(member, { maxLength: 8 }).map((members) => members.join(', '));
    fc.assert(
      fc.property(fc.oneof(lists, fc.string(), fc.string({ unit: 'binary' })), (acceptEncoding) => {
        const accepted = acceptedCodings(acceptEncoding, NAMES);
        expect(accepted.filter((coding) => isRefused(acceptEncoding, coding))).toEqual([]);
        expect(new Set(accepted).size).toBe(accepted.length);
      }),
      { numRuns: 300, endOnFailure: true },
    );
  });

  // RFC 9110 section 12.4.2; what has anything else is left out.
  const WEIGHT = /^q=(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

  /** Read as simply as can be: RFC 9110 section 12.5.3. What is named twice is refused if it is both times. */
  function isRefused(acceptEncoding: string, coding: string): boolean {
    const qualities = (name: string): number[] =>
      acceptEncoding
        .split(',')
        .map((each) => each.split(';').map((part) => part.trim().toLowerCase()))
        .filter(([given = '']) => given.replace('x-gzip', 'gzip') === name)
        .filter(([, weight = 'q=1', ...more]) => WEIGHT.test(weight) && more.length === 0)
        .map(([, weight = 'q=1']) => Number(weight.slice(2)));
    const own = qualities(coding);
    if (own.length > 0) return own.every((q) => !(q > 0));
    const others = qualities('*');
    if (others.length > 0) return others.every((q) => !(q > 0));
    return coding !== 'identity';
  }
});
