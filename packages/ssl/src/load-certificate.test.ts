import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { connect, createServer } from 'node:tls';
import { fileURLToPath } from 'node:url';

import { CertificateError } from '@blaizejs/errors';
import type { KeyPair } from '@blaizejs/types';
import { describe, expect, onTestFinished, test } from 'vitest';

import { encryptKey, makeCertificate, writePair } from '../test/certificates.ts';
import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { loadCertificate } from './load-certificate.ts';

async function errorOf(files: KeyPair): Promise<CertificateError> {
  const error: unknown = await loadCertificate(files).then(
    () => 'loaded',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CertificateError);
  return error as CertificateError;
}

/** How many certificates a client sees that trusts only `ca`. */
async function handshake(credentials: { key: string; cert: string }, ca: string): Promise<number> {
  const server = createServer({ key: credentials.key, cert: credentials.cert }, (socket) => socket.end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const socket = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    servername: 'localhost',
    ca,
  });
  await once(socket, 'secureConnect');
  const { issuerCertificate, ...leaf } = socket.getPeerCertificate(true);
  const length = issuerCertificate.fingerprint256 === leaf.fingerprint256 ? 1 : 2;
  socket.destroy();
  return length;
}

describe('a pair that is accepted', () => {
  test.each([
    ['EC', 'PKCS#8', 'ec', 'pkcs8'],
    ['EC', 'SEC1', 'ec', 'sec1'],
    ['RSA', 'PKCS#8', 'rsa', 'pkcs8'],
    ['RSA', 'PKCS#1', 'rsa', 'pkcs1'],
  ] as const)('%s in %s', async (_name, _form, keyType, type) => {
    const made = await makeCertificate({ keyType });
    const key = createPrivateKey(made.key).export({ type, format: 'pem' }).toString();
    const files = await writePair(await temporaryFolder(), { key, cert: made.cert });
    const loaded = await loadCertificate(files);
    const x509 = new X509Certificate(made.cert);
    expect(loaded).toEqual({
      ...files,
      key,
      cert: made.cert,
      notAfter: new Date(x509.validTo),
      fingerprint256: x509.fingerprint256,
    });
    expect(await handshake(loaded, made.cert)).toBe(1);
  });

  test('Ed25519', async () => {
    const fixture = (name: string) =>
      fileURLToPath(new URL(`../test/fixtures/ed25519-${name}.pem`, import.meta.url));
    const loaded = await loadCertificate({ keyFile: fixture('key'), certFile: fixture('cert') });
    expect(await handshake(loaded, loaded.cert)).toBe(1);
  });

  test('a chain, leaf first, and with text around the certificates', async () => {
    const ca = await makeCertificate({ commonName: 'ca', authority: true });
    const leaf = await makeCertificate({ ca, commonName: 'leaf' });
    const cert = `subject=CN = leaf\n${leaf.cert}\r\nissuer\n${ca.cert}`;
    const files = await writePair(await temporaryFolder(), { key: leaf.key, cert });
    const loaded = await loadCertificate(files);
    expect(loaded.fingerprint256).toBe(new X509Certificate(leaf.cert).fingerprint256);
    expect(await handshake(loaded, ca.cert)).toBe(2);
  });

  test('an EC key after its parameters, as "openssl ecparam -genkey" writes it', async () => {
    const made = await makeCertificate();
    const sec1 = createPrivateKey(made.key).export({ type: 'sec1', format: 'pem' }).toString();
    const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
    const files = await writePair(await temporaryFolder(), { key: parameters + sec1, cert: made.cert });
    expect(await handshake(await loadCertificate(files), made.cert)).toBe(1);
  });

  test('both PEM blocks in one file', async () => {
    const { key, cert } = await makeCertificate();
    const file = join(await temporaryFolder(), 'both.pem');
    await writeFile(file, key + cert);
    const loaded = await loadCertificate({ keyFile: file, certFile: file });
    expect(await handshake(loaded, cert)).toBe(1);
  });

  test('by relative paths', async () => {
    const files = await writePair(await temporaryFolder(), await makeCertificate());
    const loaded = await loadCertificate({
      keyFile: relative(process.cwd(), files.keyFile),
      certFile: relative(process.cwd(), files.certFile),
    });
    expect(loaded.keyFile).toBe(files.keyFile);
  });
});

describe('files that cannot be read', () => {
  test('a missing one is named', async () => {
    const files = await writePair(await temporaryFolder(), await makeCertificate());
    const missing = `${files.certFile}.missing`;
    const error = await errorOf({ ...files, certFile: missing });
    expect(error.message).toMatch(`Cannot read the certificate ${missing}: there is no such file (ENOENT)`);
    expect(error.file).toBe(missing);
  });

  test('a directory', async () => {
    const directory = await temporaryFolder();
    const files = await writePair(directory, await makeCertificate());
    const error = await errorOf({ ...files, keyFile: directory });
    expect(error.message).toBe(`Cannot read the private key ${directory}: EISDIR.`);
  });

  test.skipIf(process.getuid?.() === 0)('one that this user may not read (skipped for root)', async () => {
    const files = await writePair(await temporaryFolder(), await makeCertificate());
    await chmod(files.keyFile, 0);
    expect((await errorOf(files)).message).toMatch('may not read it (EACCES)');
  });
});

describe('files with other content', () => {
  async function withContent(key: string | undefined, cert?: string): Promise<CertificateError> {
    const made = await makeCertificate();
    const pair = { key: key ?? made.key, cert: cert ?? made.cert };
    return errorOf(await writePair(await temporaryFolder(), pair));
  }

  test('nothing', async () => {
    expect((await withContent('\n')).message).toMatch(
      /key\.pem does not contain a private key in PEM form: it is empty\.$/,
    );
  });

  test('bytes that are not PEM', async () => {
    const { cert } = await makeCertificate();
    const error = await withContent(undefined, new X509Certificate(cert).raw.toString('latin1'));
    expect(error.message).toMatch(
      /cert\.pem does not contain a certificate in PEM form: it has no line .* openssl\.$/,
    );
  });

  test('key and certificate swapped', async () => {
    const { key, cert } = await makeCertificate();
    expect((await withContent(cert, key)).message).toMatch(
      'begins with "BEGIN CERTIFICATE". Were the key and the certificate swapped',
    );
    expect((await withContent(undefined, key)).message).toMatch('"BEGIN PRIVATE KEY"');
  });

  test('a certificate that is cut short', async () => {
    const { cert } = await makeCertificate();
    expect((await withContent(undefined, cert.slice(0, 200))).message).toMatch('was it cut short?');
  });

  test('damaged ones', async () => {
    const key = await withContent('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n');
    expect(key.message).toMatch(/key\.pem: the private key is damaged/);
    const { key: good, cert } = await makeCertificate();
    const damaged = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const second = await withContent(good, cert + damaged);
    expect(second.message).toMatch(/cert\.pem: certificate 2 of 2 is damaged/);
  });
});

describe('pairs that cannot be used', () => {
  test('a key of another certificate', async () => {
    const [one, other] = [await makeCertificate(), await makeCertificate({ keyType: 'rsa' })];
    const files = await writePair(await temporaryFolder(), { key: other.key, cert: one.cert });
    const error = await errorOf(files);
    expect(error.message).toMatch(
      `${files.keyFile}: the private key does not belong to the certificate in ${files.certFile} (for DNS:localhost)`,
    );
    expect(error.file).toBe(files.keyFile);
  });

  test('a chain in the wrong order', async () => {
    const ca = await makeCertificate({ commonName: 'ca', authority: true });
    const leaf = await makeCertificate({ ca });
    const files = await writePair(await temporaryFolder(), { key: leaf.key, cert: ca.cert + leaf.cert });
    expect((await errorOf(files)).message).toMatch('belongs to certificate 2 in');
  });

  test('an expired one', async () => {
    const made = await makeCertificate({ from: -20, to: -10 });
    const files = await writePair(await temporaryFolder(), made);
    const date = new Date(new X509Certificate(made.cert).validTo).toISOString();
    expect((await errorOf(files)).message).toBe(
      `${files.certFile}: the certificate expired on ${date}. Renew it.`,
    );
  });

  test('one that is not valid yet', async () => {
    const made = await makeCertificate({ from: 2 });
    const files = await writePair(await temporaryFolder(), made);
    const date = new Date(new X509Certificate(made.cert).validFrom).toISOString();
    expect((await errorOf(files)).message).toMatch(
      `${files.certFile}: the certificate is not valid before ${date}, and this machine's clock says `,
    );
  });

  test('a key that is too short for TLS', async () => {
    const files = await writePair(
      await temporaryFolder(),
      await makeCertificate({ keyType: 'rsa', keySize: 512 }),
    );
    expect((await errorOf(files)).message).toMatch(
      /cert\.pem: TLS refuses the certificate with its key: .*key too small/,
    );
  });
});

describe('contents instead of files', () => {
  test.each([
    ['text', (pem: string) => pem],
    ['bytes', (pem: string) => new TextEncoder().encode(pem)],
  ])('as %s', async (_form, form) => {
    const { key, cert } = await makeCertificate();
    const loaded = await loadCertificate({ key: form(key), cert: form(cert) });
    expect(loaded).toMatchObject({ key, cert, keyFile: undefined, certFile: undefined });
    expect(await handshake(loaded, cert)).toBe(1);
  });

  test('get the same checks as files, and messages that name the option', async () => {
    const made = await makeCertificate();
    const { cert } = await makeCertificate();
    const error = await errorOf({ key: made.key, cert });
    expect(error.message).toMatch(
      'The option "key": the private key does not belong to the certificate in the option "cert" (for DNS:localhost)',
    );
    expect(error.file).toBeUndefined();
    expect((await errorOf(await makeCertificate({ from: -20, to: -10 }))).message).toMatch(
      /^The option "cert": the certificate expired on /,
    );
    expect((await errorOf({ key: '/etc/key.pem', cert })).message).toBe(
      'The option "key" does not contain a private key in PEM form: it has no line that begins with "-----BEGIN". ' +
        'If it is a path, use keyFile and certFile.',
    );
  });

  const needed = 'Set either key and cert (PEM) or keyFile and certFile (paths).';
  test.each<[KeyPair, string]>([
    [{}, 'There is no key and no certificate.'],
    [{ passphrase: 'secret' }, 'There is no key and no certificate.'],
    [{ key: 'x' }, 'The key pair has key but no cert.'],
    [{ cert: 'x' }, 'The key pair has cert but no key.'],
    [{ keyFile: 'x' }, 'The key pair has keyFile but no certFile.'],
    [{ certFile: 'x' }, 'The key pair has certFile but no keyFile.'],
    [{ key: 'x', certFile: 'x' }, 'The key pair mixes contents and files (key, certFile).'],
    [
      { key: 'x', cert: 'x', keyFile: 'x', certFile: 'x' },
      'The key pair mixes contents and files (key, cert, keyFile, certFile).',
    ],
  ])('%j is refused', async (pair, message) => {
    expect((await errorOf(pair)).message).toBe(`${message} ${needed}`);
  });
});

describe('an encrypted key', () => {
  test.each(['pkcs8', 'pkcs1'] as const)('(%s) is decrypted with its passphrase', async (type) => {
    const { key, cert } = await makeCertificate({ keyType: 'rsa' });
    const encrypted = encryptKey(key, 'secret', type);
    const files = await writePair(await temporaryFolder(), { key: encrypted, cert });
    for (const pair of [files, { key: encrypted, cert }]) {
      const loaded = await loadCertificate({ ...pair, passphrase: 'secret' });
      expect(createPrivateKey(loaded.key).equals(createPrivateKey(key))).toBe(true);
      expect(await handshake(loaded, cert)).toBe(1);
    }
    expect((await errorOf(files)).message).toBe(
      `${files.keyFile}: the private key is encrypted. Set its passphrase.`,
    );
    const wrong = await errorOf({ ...files, passphrase: 'a guess' });
    expect(wrong.message).toMatch(
      /key\.pem: the private key can't be decrypted: .*Most likely the passphrase is wrong\.$/,
    );
    expect(wrong.message).not.toMatch('a guess');
    expect(wrong.file).toBe(files.keyFile);
  });

  test('an unneeded passphrase is ignored', async () => {
    const made = await makeCertificate();
    expect(await loadCertificate({ ...made, passphrase: 'secret' })).toMatchObject(made);
  });
});

test('a chain must be in order', async () => {
  const root = await makeCertificate({ commonName: 'root', authority: true });
  const middle = await makeCertificate({ commonName: 'middle', authority: true, ca: root });
  const leaf = await makeCertificate({ ca: middle });
  const other = await makeCertificate({ commonName: 'other', authority: true });
  const load = (...chain: { cert: string }[]) =>
    loadCertificate({ key: leaf.key, cert: [leaf, ...chain].map(({ cert }) => cert).join('\n') });
  for (const chain of [[], [middle], [middle, root], [other], [middle, other]]) await load(...chain);
  await expect(load(root, middle)).rejects.toThrow(
    'The option "cert": the chain is out of order: certificate 3 issued certificate 1. Put each',
  );
  await expect(load(other, middle)).rejects.toThrow('out of order');
});
