import { createPrivateKey, type KeyObject } from 'node:crypto';

import { CertificateError } from '@blaizejs/errors';

import { messageOf, notPem, type Pem } from './pem.ts';

const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;

/** A private key and its PEM text, decrypted if necessary. */
export interface PrivateKey {
  readonly object: KeyObject;
  readonly text: string;
}

/** @throws CertificateError if there is no key, the key is damaged, or the passphrase is missing or wrong */
export function parseKey(pem: Pem, passphrase: string | undefined): PrivateKey {
  const { text, name, file } = pem;
  if (ENCRYPTED.test(text)) return decrypt(pem, passphrase);
  if (!/-----BEGIN ([A-Z0-9]+ )?PRIVATE KEY-----/.test(text)) throw notPem(pem, 'private key');
  try {
    return { object: createPrivateKey(text), text };
  } catch (cause) {
    throw new CertificateError(`${name}: the private key is damaged: ${messageOf(cause)}.`, file, { cause });
  }
}

function decrypt({ text, name, file }: Pem, passphrase: string | undefined): PrivateKey {
  if (passphrase === undefined) {
    throw new CertificateError(`${name}: the private key is encrypted. Set its passphrase.`, file);
  }
  try {
    const object = createPrivateKey({ key: text, passphrase });
    return { object, text: object.export({ type: 'pkcs8', format: 'pem' }).toString() };
  } catch (cause) {
    throw new CertificateError(
      `${name}: the private key can't be decrypted: ${messageOf(cause)}. ` +
        'Most likely the passphrase is wrong.',
      file,
      { cause },
    );
  }
}
