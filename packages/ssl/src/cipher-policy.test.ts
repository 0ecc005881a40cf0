import { getCiphers } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import { describe, expect, test } from 'vitest';

import { makeCertificate } from '../test/certificates.ts';
import { startTlsServer } from '../test/tls-server.ts';
import { cipherPolicy } from './cipher-policy.ts';
import { TlsContexts } from './tls-contexts.ts';

const GCM128 = 'ECDHE-ECDSA-AES128-GCM-SHA256';
const GCM256 = 'ECDHE-ECDSA-AES256-GCM-SHA384';
const TLS12 = { maxVersion: 'TLSv1.2' } as const;

describe('suites of TLS 1.2', () => {
  test.each(['ec', 'rsa'] as const)(
    'by default, only those that HTTP/2 allows (%s)',
    async (keyType) => {
      const { ask } = await startTlsServer(await TlsContexts.load(await makeCertificate({ keyType })));
      const accepted: string[] = [];
      for (const name of getCiphers().map((cipher) => cipher.toUpperCase())) {
        if (name.startsWith('TLS_')) continue;
        // The client would refuse to offer weak ones.
        const { cipher } = await ask({ ...TLS12, ciphers: `${name}:@SECLEVEL=0` });
        if (cipher !== undefined) accepted.push(cipher);
      }
      const kind = keyType === 'ec' ? 'ECDSA' : 'RSA';
      expect(accepted).toContain(`ECDHE-${kind}-AES128-GCM-SHA256`);
      expect(accepted).toContain(`ECDHE-${kind}-AES256-GCM-SHA384`);
      expect(accepted).toContain(`ECDHE-${kind}-CHACHA20-POLY1305`);
      expect(accepted.filter((name) => !/^(EC)?DHE-.*(GCM|CCM|POLY1305)(?!8)/.test(name))).toEqual([]);
    },
    20_000,
  );

  test('by default the server chooses; with a profile, the client', async () => {
    const pair = await makeCertificate();
    const offer = { ...TLS12, ciphers: `${GCM256}:${GCM128}` };
    const cipherOf = async (options: object) =>
      (await (await startTlsServer(await TlsContexts.load({ ...pair, ...options }))).ask(offer)).cipher;
    expect(await cipherOf({})).toBe(GCM128);
    expect(await cipherOf({ ciphers: `${GCM128}:${GCM256}` })).toBe(GCM128);
    expect(await cipherOf({ profile: 'intermediate' })).toBe(GCM256);
  });

  test.each(['ec', 'rsa'] as const)(
    '"intermediate" has only those of Mozilla (%s)',
    async (keyType) => {
      const pair = await makeCertificate({ keyType });
      const { ask } = await startTlsServer(await TlsContexts.load({ ...pair, profile: 'intermediate' }));
      const accepted: string[] = [];
      for (const name of getCiphers().map((cipher) => cipher.toUpperCase())) {
        if (name.startsWith('TLS_')) continue;
        const { cipher } = await ask({ ...TLS12, ciphers: `${name}:@SECLEVEL=0` });
        if (cipher !== undefined) accepted.push(cipher);
      }
      const kind = keyType === 'ec' ? 'ECDSA' : 'RSA';
      expect(accepted.sort()).toEqual([
        `ECDHE-${kind}-AES128-GCM-SHA256`,
        `ECDHE-${kind}-AES256-GCM-SHA384`,
        `ECDHE-${kind}-CHACHA20-POLY1305`,
      ]);
      expect((await ask()).protocol).toBe('TLSv1.3');
    },
    20_000,
  );

  test('of TLS 1.3, none with a short tag', async () => {
    for (const options of [{}, { profile: 'intermediate' }, { profile: 'modern' }] as const) {
      const contexts = await TlsContexts.load({ ...(await makeCertificate()), ...options });
      const { ask } = await startTlsServer(contexts);
      expect((await ask({ ciphers: 'TLS_AES_128_CCM_8_SHA256' })).cipher).toBeUndefined();
      expect((await ask({ ciphers: 'TLS_AES_128_GCM_SHA256' })).cipher).toBe('TLS_AES_128_GCM_SHA256');
    }
  });

  test('an explicit list is used unchanged', async () => {
    const ciphers = 'ECDHE-ECDSA-AES128-SHA256';
    const contexts = await TlsContexts.load({
      ...(await makeCertificate()),
      ciphers,
      profile: 'intermediate',
    });
    const { ask } = await startTlsServer(contexts);
    expect((await ask({ ...TLS12, ciphers })).cipher).toBe(ciphers);
    expect((await ask(TLS12)).cipher).toBe(ciphers);
    expect((await ask()).protocol).toBe('TLSv1.3');
  });
});

describe('versions', () => {
  const OLD = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' } as const;

  test.each([
    ['by default', {}, 'TLSv1.2'],
    ['intermediate', { profile: 'intermediate' }, 'TLSv1.2'],
    ['modern', { profile: 'modern' }, undefined],
    ['minVersion', { minVersion: 'TLSv1.3' }, undefined],
    ['intermediate with minVersion', { profile: 'intermediate', minVersion: 'TLSv1.3' }, undefined],
  ] as const)('%s', async (_name, options, older) => {
    const { ask } = await startTlsServer(
      await TlsContexts.load({ ...(await makeCertificate()), ...options }),
    );
    expect((await ask()).protocol).toBe('TLSv1.3');
    const tls12 = await ask(TLS12);
    expect(tls12.seen && tls12.protocol).toBe(older);
    if (older === undefined) expect(tls12.error).toMatch(/PROTOCOL_VERSION/);
    const tls11 = await ask(OLD);
    expect(tls11.seen).toBeUndefined();
    expect(tls11.error).toMatch(/PROTOCOL_VERSION/);
  });
});

test.each([
  [{ ciphers: 'nonsense' }, /^OpenSSL refuses the option "ciphers" \("nonsense"\): .*no cipher match/],
  [{ ciphers: 'TLS_NONSENSE' }, /OpenSSL refuses/],
  [{ ciphers: ' ' }, 'The option "ciphers" is empty.'],
  [{ minVersion: 'TLSv1.1' as 'TLSv1.2' }, '"minVersion" is "TLSv1.1". Use "TLSv1.2" or "TLSv1.3".'],
  [{ profile: 'old' as 'modern' }, '"profile" is "old". Use "modern" or "intermediate".'],
  [{ profile: 'modern', minVersion: 'TLSv1.2' } as const, 'The profile "modern" is TLS 1.3 only'],
])('%j is refused', (options, message) => {
  expect(() => cipherPolicy(options)).toThrow(CertificateError);
  expect(() => cipherPolicy(options)).toThrow(message);
});
