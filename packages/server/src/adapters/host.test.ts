import fc from 'fast-check';
import { expect, test } from 'vitest';

import { isHost } from './host.ts';

const host = fc.oneof(
  fc.domain(),
  fc.ipV4(),
  fc.ipV6().map((address) => `[${address}]`),
);
const port = fc.oneof(
  fc.constant(''),
  fc.constant(':'),
  fc.nat(65_535).map((number) => `:${number}`),
);

const CHARACTERS = Array.from('a1.:@/\\?#[]%-_~,; \t\r\n\0é');

test('names and addresses are hosts, with and without a port', () => {
  fc.assert(fc.property(host, port, (name, suffix) => isHost(name + suffix)));
});

test('a host is exactly the authority of a URL', () => {
  const text = fc.string({ unit: fc.constantFrom(...CHARACTERS) });
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        fc.tuple(host, text).map((parts) => parts.join('')),
      ),
      (candidate) => {
        if (!isHost(candidate)) return;
        const { username, password, pathname, search, hash } = new URL(`http://${candidate}`);
        expect([username, password, pathname, search, hash]).toEqual(['', '', '/', '', '']);
      },
    ),
    { numRuns: 2000 },
  );
});

test.each([
  '',
  ':80',
  'a,b',
  'a:b',
  'a:65536',
  '[a]',
  '[::1',
  '::1',
  'a b',
  'user@a',
  'a/b',
  'a%zz',
  '%00',
  'é',
])('%j is not a host', (text) => {
  expect(isHost(text)).toBe(false);
});
