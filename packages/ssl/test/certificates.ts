import { execFile } from 'node:child_process';
import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { generate } from 'selfsigned';

import type { CertificateFiles } from '../src/index.ts';

export interface CertificateFacts {
  keyType?: 'ec' | 'rsa';
  keySize?: number;
  /** Default: a unique one. */
  commonName?: string;
  names?: string[];
  /** Days from now. */
  from?: number;
  to?: number;
  /** Whether it may sign other certificates. */
  authority?: boolean;
  ca?: { key: string; cert: string };
}

const DAY = 24 * 3_600_000;

/** Creates a certificate with the dates, names and issuer that a test needs. */
export async function makeCertificate(facts: CertificateFacts = {}): Promise<{ key: string; cert: string }> {
  const names = facts.names ?? ['localhost'];
  const made = await generate([{ name: 'commonName', value: facts.commonName ?? randomUUID() }], {
    keyType: facts.keyType ?? 'ec',
    algorithm: 'sha256',
    ...(facts.keySize ? { keySize: facts.keySize } : {}),
    ...(facts.ca ? { ca: facts.ca } : {}),
    notBeforeDate: new Date(Date.now() + (facts.from ?? -1) * DAY),
    notAfterDate: new Date(Date.now() + (facts.to ?? 30) * DAY),
    extensions: [
      { name: 'basicConstraints', cA: facts.authority ?? false },
      {
        name: 'subjectAltName',
        altNames: names.map((name) =>
          /^[\d.]+$|:/.test(name) ? { type: 7, ip: name } : { type: 2, value: name },
        ),
      },
    ],
  });
  return { key: made.private, cert: made.cert };
}

/** Writes a pair as `key.pem` and `cert.pem`. */
export async function writePair(
  directory: string,
  { key, cert }: { key: string; cert: string },
): Promise<CertificateFiles> {
  const files = { keyFile: join(directory, 'key.pem'), certFile: join(directory, 'cert.pem') };
  await writeFile(files.keyFile, key, { mode: 0o600 });
  await writeFile(files.certFile, cert);
  return files;
}

/** A pair of PEM texts. */
export interface Pair {
  key: string;
  cert: string;
}

/** A certificate authority for tests: signs and revokes certificates. */
export interface Authority extends Pair {
  issue(facts?: CertificateFacts): Promise<Pair>;
  /** A revocation list with these certificates, as PEM. Created with the openssl command. */
  revoke(directory: string, ...certs: string[]): Promise<string>;
}

export async function makeAuthority(commonName = `authority ${randomUUID()}`): Promise<Authority> {
  const pair = await makeCertificate({ commonName, authority: true });
  return {
    ...pair,
    issue: (facts) => makeCertificate({ ...facts, ca: pair }),
    revoke: (directory, ...certs) => revocationList(pair, directory, certs),
  };
}

/** The key, encrypted with the passphrase. */
export function encryptKey(key: string, passphrase: string, type: 'pkcs8' | 'pkcs1' = 'pkcs8'): string {
  const options = { type, format: 'pem', cipher: 'aes-256-cbc', passphrase } as const;
  return createPrivateKey(key).export(options).toString();
}

async function revocationList(ca: Pair, directory: string, certs: string[]): Promise<string> {
  const file = (name: string) => join(directory, `crl-${name}`);
  const now = `${new Date().toISOString().replace(/\D/g, '').slice(2, 14)}Z`;
  const index = certs.map((cert) => `R\t491231235959Z\t${now}\t${serialOf(cert)}\tunknown\t/CN=revoked\n`);
  await writeFile(file('index'), index.join(''));
  await writeFile(file('key'), ca.key, { mode: 0o600 });
  await writeFile(file('cert'), ca.cert);
  await writeFile(
    file('config'),
    `[ca]\ndefault_ca = test\n[test]\ndatabase = ${file('index')}\ndefault_md = sha256\ndefault_crl_days = 30\n`,
  );
  const list = ['ca', '-gencrl', '-config', file('config'), '-keyfile', file('key'), '-cert', file('cert')];
  return (await promisify(execFile)('openssl', list)).stdout;
}

function serialOf(cert: string): string {
  return new X509Certificate(cert).serialNumber;
}
