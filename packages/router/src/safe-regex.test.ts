import { createRequire } from 'node:module';

import fc from 'fast-check';
import { expect, test } from 'vitest';

import { isSafeRegex } from './safe-regex.ts';

type IsSafe = (regex: RegExp) => boolean;

const require = createRequire(import.meta.url);
const original = createRequire(require.resolve('find-my-way'))('safe-regex2') as IsSafe;

test.each([
  String.raw`^\d+$`,
  '(a|b)+',
  '[(*+]{2}x?',
  String.raw`\(a*\)*`,
  '(?<year>[0-9]{4})',
  '(?!b)a',
  'a{,2}',
])('%s is safe in a pattern of a route', (source) => expect(isSafeRegex(new RegExp(source))).toBe(true));

test.each(['(a+)+', '((?:ab?)c)*', '(a{2}){3}', '(a*)*?', 'a*'.repeat(26), '(?<=a)b'])(
  '%s is not',
  (source) => expect(isSafeRegex(new RegExp(source))).toBe(false),
);

test('says what safe-regex2 says, and is stricter only about lazy repetitions', () => {
  const groups = ['(', '(', '(?:', '(?=', '(?!', '(?<=', '(?<n>', ')', ')', ')'];
  const repeats = ['*', '+', '?', '{2}', '{2,}', '{2,3}', '{', '}'];
  const others = [
    'a',
    '|',
    String.raw`\d`,
    String.raw`\(`,
    String.raw`\)`,
    String.raw`\]`,
    '[a-z]',
    '.',
    '^',
    '$',
  ];
  const classes = [
    String.raw`[^\]]`,
    '[)]',
    '[(*+]',
    String.raw`\x41`,
    String.raw`\u0041`,
    String.raw`\\`,
    '/',
  ];
  const piece = fc.constantFrom(...groups, ...repeats, ...others, ...classes);
  fc.assert(
    fc.property(fc.string({ unit: piece, maxLength: 14 }), (source) => {
      let regex;
      try {
        regex = new RegExp(source);
      } catch {
        return;
      }
      const isLazy = /[*+?}]\?/.test(source);
      if (isLazy) expect(isSafeRegex(regex) && !original(regex)).toBe(false);
      else expect(isSafeRegex(regex)).toBe(original(regex));
    }),
    { numRuns: 5000 },
  );
});
