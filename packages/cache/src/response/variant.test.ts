import { expect, test } from 'vitest';

import { variantOf } from './variant.ts';

const variant = (name: string, value: string | undefined): string => variantOf([name], () => value);

test.each([
  ['accept-encoding', 'gzip;q=0.5, br', 'BR ,gzip ; q = 0.5'],
  ['accept', 'text/html;q=1,*/*', 'text/html ;\tq= 1 , */*'],
  ['x-name', 'a,b', 'a , b'],
])('of %s: %s and %s are the same', (name, one, other) => {
  expect(variant(name, other)).toBe(variant(name, one));
});

test.each([
  ['accept-language', 'de, en', 'en, de'],
  ['x-name', 'a', 'A'],
  ['x-name', '', undefined],
  ['accept', 'text/html; x="a = b"', 'text/html; x="a=b"'],
])('of %s: %s and %s differ', (name, one, other) => {
  expect(variant(name, other)).not.toBe(variant(name, one));
});

test('is found in a time that grows with the length of the header only', () => {
  for (const part of [' ', '\t', ';', '=', ' ;', '; ', ',', ' ,']) {
    for (const end of ['', 'a']) variant('accept-encoding', `a${part.repeat(100_000)}${end}`);
  }
});
