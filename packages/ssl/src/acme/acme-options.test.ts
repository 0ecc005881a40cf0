import { problemsWith } from '@blaizejs/errors/internal';
import { expect, test } from 'vitest';

import { acmeOptions } from './acme-options.ts';

const paths = (options: unknown): string[] => problemsWith(acmeOptions, options).map(({ path }) => path);

test('names are enough', () => {
  expect(paths({ domains: ['example.org', 'www.example.org'] })).toEqual([]);
});

test.each([['localhost'], ['192.0.2.1'], ['2001:db8::1'], ['example.org/..'], ['*'], ['a.*.org'], [''], [5]])(
  'no public authority issues a certificate for %j',
  (name) => expect(paths({ domains: [name] })).toEqual(['domains[0]']),
);

test('an internationalised name is ordered in its ASCII form, and in lower case', () => {
  const report = (): void => expect.unreachable();
  const { domains } = acmeOptions({ domains: ['Bücher.Example', 'bücher.example'] }, '', report);
  expect(domains).toEqual(['xn--bcher-kva.example']);
});

test('a list has 1 to 100 names', () => {
  expect(paths({})).toEqual(['domains']);
  expect(paths({ domains: [] })).toEqual(['domains']);
  expect(paths({ domains: Array.from({ length: 101 }, (_, index) => `${index}.example.org`) })).toEqual([
    'domains',
  ]);
});

test('a wildcard needs DNS-01', () => {
  const domains = ['*.example.org'];
  expect(paths({ domains })).toEqual(['domains[0]']);
  expect(paths({ domains, dns: { set: () => {}, remove: () => {} } })).toEqual([]);
});

test('each option is checked, and an unknown one gets a suggestion', () => {
  const domains = ['example.org'];
  expect(paths({ domains, email: 'a@example.org?cc=b' })).toEqual(['email']);
  expect(paths({ domains, directoryUrl: 'http://example.org/' })).toEqual(['directoryUrl']);
  expect(paths({ domains, ca: 5 })).toEqual(['ca']);
  expect(paths({ domains, directory: '' })).toEqual(['directory']);
  expect(paths({ domains, eab: { kid: 'a' } })).toEqual(['eab.hmacKey']);
  expect(paths({ domains, challenges: ['dns-01'] })).toEqual(['challenges']);
  expect(paths({ domains, dns: { set: () => {} } })).toEqual(['dns.remove']);
  expect(problemsWith(acmeOptions, { domains, emial: 'a' })[0]?.suggestion).toBe('Did you mean `email`?');
});
