import { X509Certificate } from 'node:crypto';

import { CertificateError } from '@blaizejs/errors';
import { describe, expect, test } from 'vitest';

import { makeCertificate } from '../test/certificates.ts';
import { covers, namesFor, namesOf } from './certificate-names.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

describe('namesFor', () => {
  test.each(['localhost', 'LOCALHOST.', '127.0.0.1', '::1', '0:0:0:0:0:0:0:1', '0.0.0.0', '::', '0::0', ''])(
    '"%s" adds nothing',
    (host) => {
      expect(namesFor(host)).toEqual(LOOPBACK);
    },
  );

  test.each([
    ['dev.example.test', 'dev.example.test'],
    ['Dev.Example.Test.', 'dev.example.test'],
    ['my_machine', 'my_machine'],
    ['bücher.test', 'xn--bcher-kva.test'],
    ['192.168.1.20', '192.168.1.20'],
    ['FE80:0::1%eth0', 'fe80::1'],
  ])('"%s" adds "%s"', (host, name) => {
    expect(namesFor(host)).toEqual([...LOOPBACK, name]);
  });

  test.each([
    'a b',
    'https://localhost',
    'localhost:3000',
    'localhost:443',
    'localhost/path',
    'user@localhost',
    '*.test',
    '1.2.3.4.5',
    '-a',
    'a..b',
    `${'a'.repeat(64)}.test`,
  ])('"%s" is refused', (host) => {
    expect(() => namesFor(host)).toThrow(CertificateError);
    expect(() => namesFor(host)).toThrow(`the host "${host}": it is neither a DNS name nor an IP address`);
  });
});

test('namesOf returns the names of a certificate', async () => {
  const names = ['localhost', '127.0.0.1', '::1', 'fe80::1', 'dev.example.test'];
  const { cert } = await makeCertificate({ names });
  expect(namesOf(new X509Certificate(cert))).toEqual(names);
});

test('covers checks names as a client would', async () => {
  const { cert } = await makeCertificate({ commonName: 'other.test', names: ['localhost', '::1'] });
  const certificate = new X509Certificate(cert);
  expect(covers(certificate, ['localhost', '::1'])).toBe(true);
  expect(covers(certificate, ['localhost', '127.0.0.1'])).toBe(false);
  expect(covers(certificate, ['other.test'])).toBe(false);
});
