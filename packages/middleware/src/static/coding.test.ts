import fc from 'fast-check';
import { expect, test } from 'vitest';

import { CODINGS, preferredCodings } from './coding.ts';

test.each<[string | undefined, string[]]>([
  [undefined, []],
  ['', []],
  ['br', ['br']],
  ['gzip, br', ['br', 'gzip']],
  ['gzip;q=1.0, br;q=0.9', ['gzip', 'br']],
  ['*;q=0.5, gzip;q=0', ['br', 'zstd']],
  ['br ; q=0.5', ['br']],
  ['br;q=0.0001', []],
  ['br;level=1', []],
  ['gzip, identity;q=0.5', ['gzip']],
  ['gzip;q=0.4, identity;q=0.5', []],
])('%j: %j', (header, expected) => {
  expect(preferredCodings(header, CODINGS)).toEqual(expected);
});

test('has only what is offered', () => {
  expect(preferredCodings('br, gzip', ['gzip'])).toEqual(['gzip']);
});

test('no coding that the client refuses is ever chosen', () => {
  const weight = fc.constantFrom('', ';q=0', ';q=0.0', ';q=0.5', ';q=1');
  const coding = fc.constantFrom('br', 'gzip', 'zstd', '*', 'identity', 'deflate');
  fc.assert(
    fc.property(fc.uniqueArray(fc.tuple(coding, weight), { selector: ([name]) => name }), (members) => {
      const header = members.map(([name, q]) => name + q).join(', ');
      const isRefused = (name: string) =>
        members.some(([other, q]) => other === name && /q=0(?:\.0)?$/.test(q));
      const chosen = preferredCodings(header, CODINGS);
      expect(chosen.filter(isRefused)).toEqual([]);
    }),
  );
});
