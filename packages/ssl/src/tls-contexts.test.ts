import { randomBytes, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import type { KeyPair, TlsOptions } from '@blaizejs/types';
import { describe, expect, onTestFinished, test } from 'vitest';

import { encryptKey, makeAuthority, makeCertificate, writePair } from '../test/certificates.ts';
import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { startTlsServer } from '../test/tls-server.ts';
import { MIXES_KEY_KINDS } from './key-kinds.ts';
import { TlsContexts } from './tls-contexts.ts';

function fingerprintOf({ cert }: { cert: string }): string {
  return new X509Certificate(cert).fingerprint256;
}

async function errorOf(work: Promise<unknown>): Promise<CertificateError> {
  const error: unknown = await work.then(
    () => 'done',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CertificateError);
  return error as CertificateError;
}

test('the certificate is the one for the name that the client asks for', async () => {
  const pairs = {
    default: await makeCertificate(),
    exact: await makeCertificate({ names: ['www.example.test'] }),
    wildcard: await makeCertificate({ names: ['*.example.test'] }),
  };
  const contexts = await TlsContexts.load({
    ...pairs.default,
    sni: { '*.example.test': pairs.wildcard, 'WWW.example.test': pairs.exact },
  });
  const { ask } = await startTlsServer(contexts);
  const shown = async (servername: string) => (await ask({ servername })).fingerprint;
  expect(await shown('www.example.test')).toBe(fingerprintOf(pairs.exact));
  expect(await shown('WWW.EXAMPLE.TEST')).toBe(fingerprintOf(pairs.exact));
  expect(await shown('api.example.test')).toBe(fingerprintOf(pairs.wildcard));
  expect(await shown('a.b.example.test')).toBe(fingerprintOf(pairs.default));
  expect(await shown('other.test')).toBe(fingerprintOf(pairs.default));
  expect(await shown('')).toBe(fingerprintOf(pairs.default));
  expect(contexts.find('api.example.test.')).toBe(contexts.find('b.example.test'));
  expect(contexts.find('other.test')).toBeUndefined();
});

const KINDS = ['ec', 'rsa', 'ed25519'] as const;
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;

async function pairOf(kind: (typeof KINDS)[number]): Promise<{ key: string; cert: string }> {
  if (kind !== 'ed25519') return makeCertificate({ keyType: kind });
  const fixture = (name: string) =>
    readFile(new URL(`../test/fixtures/ed25519-${name}.pem`, import.meta.url), 'utf8');
  return { key: await fixture('key'), cert: await fixture('cert') };
}

test.each(KINDS)('a key of the kind %s works, by default and by name', async (kind) => {
  const pair = await pairOf(kind);
  const { ask } = await startTlsServer(await TlsContexts.load({ ...pair, sni: { 'named.test': pair } }));
  for (const maxVersion of VERSIONS) {
    for (const servername of ['localhost', 'named.test']) {
      const { fingerprint, seen } = await ask({ servername, maxVersion });
      expect(seen).toBeDefined();
      expect(fingerprint).toBe(fingerprintOf(pair));
    }
  }
});

test.each(KINDS)('with the default key %s, keys of other kinds work by name or are refused', async (kind) => {
  const pairs = new Map(
    await Promise.all(KINDS.map(async (other) => [`${other}.test`, await pairOf(other)] as const)),
  );
  const load = (sni: Record<string, KeyPair>) =>
    TlsContexts.load({ ...pairs.get(`${kind}.test`), sni: { ...sni } });
  if (!MIXES_KEY_KINDS) {
    const other = kind === 'ec' ? 'rsa' : 'ec';
    const error = await errorOf(load({ 'other.test': pairs.get(`${other}.test`) ?? {} }));
    expect(error.message).toMatch(
      `sni['other.test']: This is a key of the kind "${other}", but the default key`,
    );
    return;
  }
  const { ask } = await startTlsServer(await load(Object.fromEntries(pairs)));
  for (const maxVersion of VERSIONS) {
    for (const [servername, pair] of pairs) {
      expect((await ask({ servername, maxVersion })).fingerprint).toBe(fingerprintOf(pair));
    }
  }
});

test('encrypted keys work by name, and files and certificates are listed', async () => {
  const directory = await temporaryFolder();
  const [main, named] = [await makeCertificate(), await makeCertificate({ names: ['named.test', '::1'] })];
  const files = await writePair(directory, { key: encryptKey(named.key, 'secret'), cert: named.cert });
  const pair = { ...files, passphrase: 'secret' };
  const contexts = await TlsContexts.load({ ...main, sni: { 'named.test': pair, 'other.test': pair } });
  expect(contexts.files).toEqual([files.keyFile, files.certFile]);
  expect(contexts.certificates.map(({ names }) => names)).toEqual([
    ['localhost'],
    ['named.test', '::1'],
    ['named.test', '::1'],
  ]);
  expect(contexts.certificates[0]).toEqual({
    names: ['localhost'],
    notBefore: new Date(new X509Certificate(main.cert).validFrom),
    notAfter: new Date(new X509Certificate(main.cert).validTo),
    fingerprint256: fingerprintOf(main),
  });
  const { ask } = await startTlsServer(contexts);
  expect((await ask({ servername: 'named.test' })).fingerprint).toBe(fingerprintOf(named));
});

describe('an error names', () => {
  const PEM = '-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n';

  test.each<[string, (pair: { key: string; cert: string }) => TlsOptions, string | RegExp]>([
    ['what is missing', ({ key }) => ({ key }), 'The key pair has key but no cert.'],
    [
      'the entry of sni',
      (pair) => ({ ...pair, sni: { '*.example.org': { keyFile: 'key.pem' } } }),
      "sni['*.example.org']: The key pair has keyFile but no certFile.",
    ],
    [
      'a bad name',
      (pair) => ({ ...pair, sni: { '10.0.0.1': pair } }),
      "sni['10.0.0.1']: The name is an IP address",
    ],
    [
      'a name with two entries',
      (pair) => ({ ...pair, sni: { 'example.org': pair, 'EXAMPLE.org': pair } }),
      `sni['EXAMPLE.org']: "example.org" has two entries.`,
    ],
    [
      'the length of ticketKeys',
      (pair) => ({ ...pair, ticketKeys: randomBytes(47) }),
      'The option "ticketKeys" has 47 bytes. It needs exactly 48',
    ],
    [
      'the entry of ca',
      (pair) => ({ ...pair, ca: [pair.cert, '/etc/ca.pem'] }),
      'The option "ca[1]" does not contain a certificate in PEM form',
    ],
    ['an empty ca', (pair) => ({ ...pair, ca: '' }), 'The option "ca" does not contain a certificate'],
    [
      'a crl that is something else',
      (pair) => ({ ...pair, crl: pair.cert }),
      'The option "crl" does not contain a certificate revocation list in PEM form: it begins with "BEGIN CERTIFICATE"',
    ],
    ['a damaged crl', (pair) => ({ ...pair, crl: [PEM] }), /^The option "crl\[0\]": .* list is damaged/],
    [
      'a crl that was cut short',
      (pair) => ({ ...pair, crl: PEM + PEM.slice(0, 40) }),
      'The option "crl": the certificate revocation list is damaged: it was cut short.',
    ],
  ])('%s', async (_what, options, message) => {
    const error = await errorOf(TlsContexts.load(options(await makeCertificate())));
    expect(error.message).toMatch(message);
  });

  test('the file', async () => {
    const files = await writePair(await temporaryFolder(), await makeCertificate({ from: -20, to: -10 }));
    const error = await errorOf(
      TlsContexts.load({ ...(await makeCertificate()), sni: { 'old.test': files } }),
    );
    expect(error.message).toMatch(`sni['old.test']: ${files.certFile}: the certificate expired on `);
    expect(error.file).toBe(files.certFile);
  });
});

describe('update', () => {
  test('replaces the given parts and keeps the others', async () => {
    const [first, second, named] = [
      await makeCertificate(),
      await makeCertificate(),
      await makeCertificate(),
    ];
    const ca = await makeAuthority();
    const ticketKeys = randomBytes(48);
    const expectedKeys = Buffer.from(ticketKeys);
    const old = await TlsContexts.load({
      ...first,
      passphrase: 'unused',
      ca: ca.cert,
      ticketKeys,
      profile: 'modern',
      sni: { 'named.test': named },
    });
    // The caller may change its own bytes afterwards.
    ticketKeys.fill(0);
    const before = { options: { ...old.options }, context: old.context, certificates: [...old.certificates] };
    const renewed = await old.update({ ...second, ca: undefined });
    expect(renewed.options).toEqual({ ...old.options, ...second });
    expect(renewed.options.ticketKeys).toEqual(expectedKeys);
    expect(renewed.find('named.test')).toBeDefined();
    const without = await renewed.update({ sni: {}, ca: [] });
    expect(without.find('named.test')).toBeUndefined();
    expect(without.options).toMatchObject({ ...second, ca: [], minVersion: 'TLSv1.3' });
    expect({ options: old.options, context: old.context, certificates: old.certificates }).toEqual(before);
  });

  test('reads files again', async () => {
    const directory = await temporaryFolder();
    const files = await writePair(directory, await makeCertificate());
    const old = await TlsContexts.load(files);
    const renewed = await makeCertificate();
    await writePair(directory, renewed);
    expect((await old.update({})).certificates[0]?.fingerprint256).toBe(fingerprintOf(renewed));
    expect(old.certificates[0]?.fingerprint256).not.toBe(fingerprintOf(renewed));
    await writeFile(files.certFile, 'half of it');
    expect((await errorOf(old.update({}))).file).toBe(files.certFile);
    // Contents replace files.
    expect((await old.update(renewed)).files).toEqual([]);
  });

  test('that fails changes nothing', async () => {
    const pair = await makeCertificate();
    const contexts = await TlsContexts.load({ ...pair, sni: { 'named.test': pair } });
    const { context, options } = contexts;
    const named = contexts.find('named.test');
    expect((await errorOf(contexts.update({ cert: pair.cert }))).message).toMatch('has cert but no key');
    await errorOf(contexts.update({ sni: { 'named.test': {} } }));
    await errorOf(contexts.update({ ciphers: 'nonsense' }));
    const fixed = { requestCert: true } as object;
    expect((await errorOf(contexts.update(fixed))).message).toBe(
      `The option "requestCert" can't be changed while the server runs.`,
    );
    expect(contexts.context).toBe(context);
    expect(contexts.options).toBe(options);
    expect(contexts.find('named.test')).toBe(named);
  });

  test('of a server: open sessions continue, new ones get the new certificates', async () => {
    const load = async () => ({
      main: await makeCertificate(),
      named: await makeCertificate({ names: ['named.test'] }),
    });
    const [first, second] = [await load(), await load()];
    let contexts = await TlsContexts.load({ ...first.main, sni: { 'named.test': first.named } });
    const server = http2.createSecureServer({
      ...contexts.options,
      SNICallback: (name, done) => {
        done(null, contexts.find(name));
      },
    });
    server.on('stream', (stream) => {
      stream.respond();
      stream.end('hello');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const open = async (servername: string) => {
      const session = http2.connect(`https://127.0.0.1:${port}`, { servername, rejectUnauthorized: false });
      onTestFinished(() => {
        session.destroy();
      });
      await once(session, 'connect');
      const peer = (session.socket as TLSSocket).getPeerX509Certificate();
      return { session, fingerprint: peer?.fingerprint256 };
    };
    const fetch = async (session: http2.ClientHttp2Session) => {
      const stream = session.request({ ':path': '/' });
      return (await stream.toArray()).join('');
    };

    const old = [await open('localhost'), await open('named.test')];
    contexts = await contexts.update({ ...second.main, sni: { 'named.test': second.named } });
    server.setSecureContext(contexts.options);
    const now = [await open('localhost'), await open('named.test')];
    expect(old.map(({ fingerprint }) => fingerprint)).toEqual([first.main, first.named].map(fingerprintOf));
    expect(now.map(({ fingerprint }) => fingerprint)).toEqual([second.main, second.named].map(fingerprintOf));
    for (const { session } of [...old, ...now]) expect(await fetch(session)).toBe('hello');
  });
});
