import { createPrivateKey } from 'node:crypto';

import { CertificateError } from '@blaizejs/errors';

import type { Credentials } from './credentials.ts';

/**
 * Whether `SNICallback` replaces the default certificate even if the two keys are of different kinds. Older versions of Node
 * keep both certificates, and OpenSSL chooses by the client's algorithms, so some clients get the wrong one
 * (nodejs/node#54235).
 */
export const MIXES_KEY_KINDS = mixesKeyKinds(process.versions.node);

/** @param version of Node, as in `process.versions.node` */
export function mixesKeyKinds(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return (major === 24 && minor >= 20) || (major === 26 && minor >= 7) || major > 26;
}

/** @throws CertificateError if this version of Node would show the default certificate instead of the named one */
export function checkKeyKind(main: Credentials, named: Credentials): void {
  if (MIXES_KEY_KINDS) return;
  const [expected, kind] = [kindOf(main), kindOf(named)];
  if (kind === expected) return;
  throw new CertificateError(
    `This is a key of the kind "${kind}", but the default key is of the kind "${expected}". If they differ, Node ` +
      `${process.versions.node} shows some clients the default certificate. Use keys of one kind, or Node 24.20 or later.`,
    named.keyFile,
  );
}

function kindOf({ key }: Credentials): string {
  return createPrivateKey(key).asymmetricKeyType ?? 'unknown';
}
