import type { DetailedPeerCertificate } from 'node:tls';

import { describe, expect, test } from 'vitest';

import { alternativeNames } from './alternative-names.ts';
import { identityOf } from './client-identity.ts';

const identity = (subjectaltname: string, CN: unknown = 'billing') =>
  identityOf({
    subject: { CN },
    subjectaltname,
    fingerprint256: 'AB:CD',
    serialNumber: '01',
  } as unknown as DetailedPeerCertificate);

test('names by kind', () => {
  const names =
    'DNS:a.example, DNS:*.b.example, IP Address:10.0.0.1, email:a@b.example, URI:https://a.example/, DirName:/CN=x';
  expect(identity(names)).toEqual({
    commonName: 'billing',
    dnsNames: ['a.example', '*.b.example'],
    addresses: ['10.0.0.1'],
    emails: ['a@b.example'],
    uris: ['https://a.example/'],
    spiffeId: undefined,
    fingerprint256: 'AB:CD',
    serialNumber: '01',
  });
});

test('a subject with several CNs has none', () => {
  expect(identity('', ['a', 'admin']).commonName).toBeUndefined();
});

test('a quoted name is one name (CVE-2021-44532)', () => {
  expect(alternativeNames('URI:"http://a/, DNS:evil.example", DNS:b.example')).toEqual([
    { kind: 'uri', value: 'http://a/, DNS:evil.example' },
    { kind: 'dns', value: 'b.example' },
  ]);
  expect(alternativeNames('DNS:"a\\", DNS:evil.example", DNS:b')).toEqual([
    { kind: 'dns', value: 'a", DNS:evil.example' },
    { kind: 'dns', value: 'b' },
  ]);
});

test.each([undefined, '', 'nonsense', 'DNS:a, nonsense', 'DNS:"a', 'DNS:"a"b, DNS:c'])(
  'what is not understood has no quoted names: %s',
  (text) => {
    expect(alternativeNames(text).filter(({ value }) => value === 'c')).toEqual([]);
  },
);

describe('spiffeId', () => {
  test.each(['spiffe://example.org', 'spiffe://example.org/ns/a/sa/b', 'spiffe://a_b-c.d/A.b-c_D'])(
    '%s',
    (uri) => {
      expect(identity(`URI:${uri}`).spiffeId).toBe(uri);
    },
  );

  test.each([
    'URI:https://example.org/billing',
    'URI:spiffe://',
    'URI:spiffe:///billing',
    'URI:spiffe://Example.org/a',
    'URI:spiffe://user@example.org/a',
    'URI:spiffe://example.org:443/a',
    'URI:spiffe://example.org/a/',
    'URI:spiffe://example.org//a',
    'URI:spiffe://example.org/../a',
    'URI:spiffe://example.org/a/.',
    'URI:spiffe://example.org/a%2Fb',
    'URI:spiffe://example.org/a?b',
    'URI:spiffe://example.org/a#b',
    'URI:"spiffe://example.org/a, URI:spiffe://example.org/b"',
    'URI:spiffe://example.org/a, URI:spiffe://example.org/b',
    `URI:spiffe://example.org/${'a'.repeat(2048)}`,
    'DNS:spiffe://example.org/a',
  ])('not %s', (names) => {
    expect(identity(names).spiffeId).toBeUndefined();
  });
});
