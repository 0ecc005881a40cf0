import fc from 'fast-check';
import { expect, test } from 'vitest';

import { CacheControl } from './cache-control.ts';

test.each([
  ['max-age=60', 60],
  ['MAX-AGE=60 ', 60],
  ['max-age="60"', 60],
  ['a, max-age=60,b=c', 60],
  ['x="max-age=1, y", max-age=60', 60],
  ['max-age=99999999999999999999', 2 ** 31],
  ['max-age=', 0],
  ['max-age', 0],
  ['max-age=-1', 0],
  ['max-age=1.5', 0],
  ['max-age= 60', 60],
  ['max-age =60', 0],
  ["max-age='60'", 0],
  ['max-age=60, max-age=1', 60],
  ['s-maxage=60', undefined],
  ['"max-age=60"', undefined],
  [',,;;=, max-age=60', 60],
])('%s is %o seconds', (text, seconds) => {
  expect(CacheControl.parse(text).seconds('max-age')).toBe(seconds);
});

test('reads the names in a directive', () => {
  const said = CacheControl.parse('private="Set-Cookie, X-User", no-cache');
  expect(said.namesIn('private')).toEqual(['set-cookie', 'x-user']);
  expect(said.isWhole('private')).toBe(false);
  expect(said.isWhole('no-cache')).toBe(true);
});

test('reads anything, in a time that grows with its length only', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom('a', '=', '"', ',', '\\', ' ', ';', '-', '0', 'max-age') }),
      (text) => {
        const said = CacheControl.parse(text);
        const seconds = said.seconds('max-age');
        return seconds === undefined || (Number.isInteger(seconds) && seconds >= 0);
      },
    ),
  );
  for (const part of ['a,', 'a="', '="', '\\"', ' ,', ',', ' ', 'a=b c=d ']) {
    for (const end of ['', '"', ';']) CacheControl.parse(part.repeat(100_000) + end);
  }
});
