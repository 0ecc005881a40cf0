import { createPrivateKey, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createConnection, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import { describe, expect, onTestFinished, test } from 'vitest';

import { makeCertificate, writePair, type CertificateFacts } from '../test/certificates.ts';
import { startChild } from '../test/child.ts';
import { temporaryFolder } from '../../../tooling/test/folder.ts';
import { developmentCertificate } from './development-certificate.ts';

const DAY = 24 * 3_600_000;
const LOOPBACK = ['localhost', '127.0.0.1', '::1'];

async function modeOf(path: string): Promise<number> {
  return (await stat(path)).mode & 0o777;
}

async function errorOf(directory: string): Promise<CertificateError> {
  const error: unknown = await developmentCertificate({ host: 'localhost', directory }).catch(
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(CertificateError);
  return error as CertificateError;
}

describe('a new certificate', () => {
  test('has the fields that clients check', async () => {
    const directory = join(await temporaryFolder(), 'ssl');
    const made = await developmentCertificate({ host: 'dev.example.test', directory });
    const x509 = new X509Certificate(made.cert);
    expect(x509.subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:dev.example.test',
    );
    expect(x509.ca).toBe(false);
    expect(x509.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
    expect(x509.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
    expect(x509.raw.includes(Buffer.from('06082a8648ce3d040302', 'hex')), 'ecdsa-with-SHA256').toBe(true);
    expect(Math.round((made.notAfter.getTime() - Date.now()) / DAY)).toBe(365);
    expect(new Date(x509.validFrom).getTime()).toBeLessThan(Date.now());
    const other = await developmentCertificate({ host: '::', directory: await temporaryFolder() });
    expect(new X509Certificate(other.cert).serialNumber).not.toBe(x509.serialNumber);
  });

  test('is hidden from other users and from git', async () => {
    const directory = join(await temporaryFolder(), 'deep', 'ssl');
    const made = await developmentCertificate({ host: 'localhost', directory });
    expect((await readdir(directory)).sort()).toEqual(['.gitignore', 'cert.pem', 'key.pem']);
    expect(await readFile(join(directory, '.gitignore'), 'utf8')).toBe('*\n');
    expect(await readFile(made.keyFile, 'utf8')).toBe(made.key);
    expect(await readFile(made.certFile, 'utf8')).toBe(made.cert);
    if (process.platform === 'win32') return;
    expect(await modeOf(directory)).toBe(0o700);
    expect(await modeOf(made.keyFile)).toBe(0o600);
  });

  test.each(LOOPBACK)('is verified by a TLS client that trusts it, for %s', async (host) => {
    const made = await developmentCertificate({ host: '0.0.0.0', directory: await temporaryFolder() });
    const server = createServer({ key: made.key, cert: made.cert }, (socket) => socket.end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    const socket = connect({
      host,
      socket: createConnection(port, '127.0.0.1'),
      ca: made.cert,
      // Node 22.23 and 24.17 don't match IPv6 addresses (nodejs/node#64144).
      ...(host === '::1' ? { checkServerIdentity: () => undefined } : {}),
    });
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
    const seen = socket.getPeerX509Certificate();
    expect(seen?.checkHost(host) ?? seen?.checkIP(host)).toBe(host);
    socket.destroy();
  });
});

describe('a cached certificate', () => {
  test('is reused', async () => {
    const options = { host: 'localhost', directory: await temporaryFolder() };
    const made = await developmentCertificate(options);
    const { mtimeMs } = await stat(made.certFile);
    expect(await developmentCertificate(options)).toEqual(made);
    expect(await developmentCertificate({ ...options, host: '0.0.0.0' })).toEqual(made);
    expect((await stat(made.certFile)).mtimeMs).toBe(mtimeMs);
  });

  test.each<[string, CertificateFacts, boolean]>([
    ['with 8 days left is kept', { to: 8 }, true],
    ['with 6 days left is replaced', { to: 6 }, false],
    ['that has expired is replaced', { from: -20, to: -1 }, false],
    ['that is not valid yet is replaced', { from: 1 }, false],
    ['that lacks a name is replaced', { names: ['localhost', '::1'] }, false],
  ])('%s', async (_name, facts, kept) => {
    const directory = await temporaryFolder();
    const old = await makeCertificate({ names: LOOPBACK, ...facts });
    await writePair(directory, old);
    const now = await developmentCertificate({ host: 'localhost', directory });
    expect(now.cert === old.cert).toBe(kept);
    expect(now.key === old.key).toBe(kept);
  });

  test.each(['key.pem', 'cert.pem'])('with a damaged or missing %s is replaced', async (name) => {
    const options = { host: 'localhost', directory: await temporaryFolder() };
    const first = await developmentCertificate(options);
    await writeFile(join(options.directory, name), 'nonsense');
    const second = await developmentCertificate(options);
    await rm(join(options.directory, name));
    const third = await developmentCertificate(options);
    expect(new Set([first, second, third].map((made) => made.fingerprint256)).size).toBe(3);
    expect(await developmentCertificate(options)).toEqual(third);
  });

  test('is replaced if the key belongs to another certificate', async () => {
    const directory = await temporaryFolder();
    const { key } = await makeCertificate();
    const { cert } = await makeCertificate({ names: LOOPBACK });
    await writePair(directory, { key, cert });
    const made = await developmentCertificate({ host: 'localhost', directory });
    expect(made.cert).not.toBe(cert);
    expect(new X509Certificate(made.cert).checkPrivateKey(createPrivateKey(made.key))).toBe(true);
  });

  test('keeps its names if another host is added', async () => {
    const directory = await temporaryFolder();
    const one = await developmentCertificate({ host: 'one.test', directory });
    const both = await developmentCertificate({ host: '192.168.1.2', directory });
    expect(both.cert).not.toBe(one.cert);
    expect(new X509Certificate(both.cert).subjectAltName).toMatch(
      /IP Address:192\.168\.1\.2, DNS:one\.test$/,
    );
    expect(await developmentCertificate({ host: 'one.test', directory })).toEqual(both);
  });

  test.skipIf(process.platform === 'win32')('is replaced if others could read the key', async () => {
    const options = { host: 'localhost', directory: await temporaryFolder() };
    const leaked = await developmentCertificate(options);
    await chmod(leaked.keyFile, 0o644);
    const made = await developmentCertificate(options);
    expect(made.key).not.toBe(leaked.key);
    expect(await modeOf(made.keyFile)).toBe(0o600);
  });
});

describe('a directory that cannot be used', () => {
  test('because a file is in its place', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, '');
    expect((await errorOf(file)).message).toMatch(
      `${file}, because it is not a directory. Remove it, or set keyFile`,
    );
    const error = await errorOf(join(file, 'ssl'));
    expect(error.message).toMatch(
      /Can't write a development certificate to .*ssl: ENOTDIR.* Make the directory writable, or set keyFile/,
    );
    expect(error.file).toBe(join(file, 'ssl'));
  });

  test.skipIf(process.getuid?.() === 0)('without permission to write (skipped for root)', async () => {
    const directory = await temporaryFolder();
    await chmod(directory, 0o500);
    expect((await errorOf(directory)).message).toMatch(/Can't write a development certificate to .*EACCES/);
  });

  test.each(['key.pem', 'cert.pem', ''])('with a symbolic link at "%s"', async (name) => {
    const directory = await temporaryFolder();
    const target = await temporaryFolder();
    const path = join(directory, 'ssl', name);
    if (name) await mkdir(join(directory, 'ssl'));
    await symlink(name ? join(target, 'victim') : target, path);
    const error = await errorOf(join(directory, 'ssl'));
    expect(error.message).toMatch(
      `can't be stored in ${join(path)}, because it is a symbolic link. Remove it, or`,
    );
    expect(await readdir(target)).toEqual([]);
  });

  test('a symbolic link at a temporary file or the ignore file is not followed', async () => {
    const directory = await temporaryFolder();
    const target = await temporaryFolder();
    for (const name of ['.gitignore', 'key.pem.tmp', 'cert.pem.tmp']) {
      await symlink(join(target, 'victim'), join(directory, name));
    }
    await developmentCertificate({ host: 'localhost', directory });
    expect(await readdir(target)).toEqual([]);
  });
});

test('eight processes that start together end up with the same pair', { timeout: 60_000 }, async () => {
  const base = await temporaryFolder();
  const children = Array.from({ length: 8 }, () => startChild('certificate', base));
  for (const child of children) expect(await child.hear()).toBe('ready');

  async function round(directory: string, hostOf: (index: number) => string): Promise<Set<string>> {
    children.forEach((child, index) => child.say(JSON.stringify({ host: hostOf(index), directory })));
    const pairs = await Promise.all(children.map((child) => child.hear<{ key: string; cert: string }>()));
    const files = await readdir(directory);
    expect(files.sort()).toEqual(['.gitignore', 'cert.pem', 'key.pem']);
    const kept = {
      key: await readFile(join(directory, 'key.pem'), 'utf8'),
      cert: await readFile(join(directory, 'cert.pem'), 'utf8'),
    };
    expect(pairs).toContainEqual(kept);
    return new Set(pairs.map(({ key, cert }) => key + cert));
  }

  const states: Record<string, (directory: string) => Promise<unknown>> = {
    empty: () => Promise.resolve(),
    expired: async (directory) => writePair(directory, await makeCertificate({ from: -20, to: -1 })),
    mismatched: async (directory) => {
      const { key } = await makeCertificate();
      const { cert } = await makeCertificate({ names: LOOPBACK });
      await writePair(directory, { key, cert });
    },
    leaking: async (directory) => {
      const files = await writePair(directory, await makeCertificate({ names: LOOPBACK }));
      await chmod(files.keyFile, 0o644);
    },
    'locked by a dead process': async (directory) => {
      await writeFile(join(directory, 'lock'), '');
      await utimes(join(directory, 'lock'), 0, 0);
    },
  };
  for (const [state, prepare] of Object.entries(states)) {
    for (let attempt = 0; attempt < 3; attempt++) {
      const directory = await mkdtemp(join(base, 'ssl-'));
      await prepare(directory);
      expect((await round(directory, () => 'localhost')).size, state).toBe(1);
    }
  }

  const directory = join(base, 'two-hosts');
  expect((await round(directory, (index) => `host-${index % 2}.test`)).size).toBeLessThanOrEqual(2);
  expect((await round(directory, (index) => `host-${index % 2}.test`)).size).toBe(1);
});

test('a symbolic link to the default directory is refused', async () => {
  const directory = await temporaryFolder();
  const target = await temporaryFolder();
  await symlink(target, join(directory, '.blaize'));
  const working = process.cwd();
  onTestFinished(() => process.chdir(working));
  process.chdir(directory);
  await expect(developmentCertificate({ host: 'localhost' })).rejects.toThrow(
    'because it is a symbolic link',
  );
  expect(await readdir(target)).toEqual([]);
});
