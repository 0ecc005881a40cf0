import { resolve } from 'node:path';

import { CertificateError } from '@blaizejs/errors';
import type { KeyPair } from '@blaizejs/types';

import { givenPem, readPem, type Pem } from './pem.ts';

const WHAT_IS_NEEDED = 'Set either key and cert (PEM) or keyFile and certFile (paths)';

/**
 * The two texts of a key pair, read from its files if it names files.
 *
 * @throws CertificateError if one half is missing, contents and files are mixed, or a file can't be read
 */
export async function readKeyPair(pair: KeyPair): Promise<{ key: Pem; cert: Pem }> {
  const { key, cert, keyFile, certFile } = pair;
  const given = Object.entries({ key, cert, keyFile, certFile })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name);
  if ((key ?? cert) !== undefined && (keyFile ?? certFile) !== undefined) {
    throw new CertificateError(
      `The key pair mixes contents and files (${given.join(', ')}). ${WHAT_IS_NEEDED}.`,
    );
  }
  if (key !== undefined && cert !== undefined) {
    return { key: givenPem(key, 'The option "key"'), cert: givenPem(cert, 'The option "cert"') };
  }
  if (keyFile !== undefined && certFile !== undefined) {
    const [keyPem, certPem] = await Promise.all([
      readPem(resolve(keyFile), 'private key'),
      readPem(resolve(certFile), 'certificate'),
    ]);
    return { key: keyPem, cert: certPem };
  }
  const [only] = given;
  throw new CertificateError(
    only === undefined
      ? `There is no key and no certificate. ${WHAT_IS_NEEDED}.`
      : `The key pair has ${only} but no ${OTHER_HALF[only] ?? ''}. ${WHAT_IS_NEEDED}.`,
  );
}

const OTHER_HALF: Readonly<Record<string, string>> = {
  key: 'cert',
  cert: 'key',
  keyFile: 'certFile',
  certFile: 'keyFile',
};
