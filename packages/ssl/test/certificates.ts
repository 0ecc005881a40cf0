import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { generate } from 'selfsigned';

import type { CertificateFiles } from '../src/index.ts';

export interface CertificateFacts {
  keyType?: 'ec' | 'rsa';
  keySize?: number;
  /** Default: one of its own. */
  commonName?: string;
  names?: string[];
  /** Days from now. */
  from?: number;
  to?: number;
  /** Whether it may sign others. */
  authority?: boolean;
  ca?: { key: string; cert: string };
}

const DAY = 24 * 3_600_000;

/** A certificate with whatever dates, names and issuer a test needs. */
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
