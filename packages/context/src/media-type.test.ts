import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isJson, parseMediaType } from './media-type.ts';

// RFC 9110 section 5.6.2
const token = fc.stringMatching(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,12}$/);
const space = fc.constantFrom('', ' ', '\t', '  ');
const anyCase = (word: string) =>
  fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((upper) => Array.from(word, (letter, i) => (upper[i] ? letter.toUpperCase() : letter)).join(''));

describe('parseMediaType', () => {
  test('finds the essence and the charset in any case, with or without quotes, among other parameters', () => {
    const parameter = fc.tuple(space, token, token).map(([s, name, value]) => `;${s}x${name}=${value}`);
    const charset = fc
      .tuple(space, anyCase('charset'), token, fc.constantFrom('', '"'))
      .map(([s, name, value, quote]) => ({ value, text: `;${s}${name}=${quote}${value}${quote}` }));
    fc.assert(
      fc.property(
        fc.tuple(token, token),
        fc.option(charset, { nil: undefined }),
        fc.array(parameter),
        fc.array(parameter),
        ([type, subtype], known, before, after) => {
          const header = `${type}/${subtype}${before.join('')}${known?.text ?? ''}${after.join('')}`;
          expect(parseMediaType(header)).toEqual({
            essence: `${type}/${subtype}`.toLowerCase(),
            charset: known?.value.toLowerCase(),
            given: header,
          });
        },
      ),
    );
  });

  test('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (header) => {
        expect(parseMediaType(header).essence).toBe(parseMediaType(header).essence.trim());
      }),
    );
  });

  test.each([
    ['', '', undefined],
    [' Text/HTML ', 'text/html', undefined],
    ['text/html ; charset = "UTF-8"', 'text/html', 'utf-8'],
    ['text/html;charset=utf-8;', 'text/html', 'utf-8'],
    ['text/html;charset="utf-8', 'text/html', undefined],
    ['text/html;xcharset=latin1', 'text/html', undefined],
    ['application/json, text/plain', '', undefined],
    ['text/plain, x/y+json; charset=utf-8', '', 'utf-8'],
    ['json', '', undefined],
    ['a/b/c', '', undefined],
    ['a b/c', '', undefined],
  ])('%j', (header, essence, charset) => {
    expect(parseMediaType(header)).toEqual({ essence, charset, given: header });
  });
});

test.each([
  ['application/json', true],
  ['application/problem+json', true],
  ['application/jsonp', false],
  ['text/json', false],
])('isJson(%j) is %s', (essence, is) => {
  expect(isJson(essence)).toBe(is);
});
