import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import type { TlsOptions } from '@blaizejs/types';

import { parseCertificates } from './certificate-chain.ts';
import { givenPem, messageOf, notPem, readPem, type Pem } from './pem.ts';

/** The lists that client certificates are checked against, with one PEM block per entry. */
export interface ClientTrust {
  /** Undefined means the authorities that Node trusts; an empty list means none. */
  readonly ca: string[] | undefined;
  readonly crl: string[] | undefined;
  /** The absolute paths of the files that were read. */
  readonly files: readonly string[];
}

const CRL = /-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g;

/** @throws CertificateError if a file can't be read, or an entry contains no certificate or list, or a damaged one */
export async function readClientTrust(given: TlsOptions): Promise<ClientTrust> {
  const [ca, crl] = await Promise.all([
    entries(given, 'ca', 'authority certificate'),
    entries(given, 'crl', 'certificate revocation list'),
  ]);
  return {
    // Node ignores an entry without a certificate, and would trust fewer authorities than intended.
    ca: ca?.flatMap((pem) => parseCertificates(pem).map(String)),
    crl: crl?.flatMap(parseLists),
    files: [...(ca ?? []), ...(crl ?? [])].flatMap(({ file }) => file ?? []),
  };
}

function parseLists(pem: Pem): readonly string[] {
  // Node reads only the first list in a text.
  const blocks = pem.text.match(CRL) ?? [];
  const begun = pem.text.match(/-----BEGIN X509 CRL-----/g) ?? [];
  if (blocks.length === 0) throw notPem(pem, 'certificate revocation list');
  try {
    if (blocks.length < begun.length) throw new Error('it was cut short');
    createSecureContext({ crl: blocks });
  } catch (cause) {
    const message = `${pem.name}: the certificate revocation list is damaged: ${messageOf(cause)}.`;
    throw new CertificateError(message, pem.file, { cause });
  }
  return blocks;
}

/** The texts of an option and of the files in the option that is named after it. */
async function entries(
  given: TlsOptions,
  name: 'ca' | 'crl',
  what: string,
): Promise<readonly Pem[] | undefined> {
  const value = given[name];
  const files = given[`${name}File`];
  if (value === undefined && files === undefined) return undefined;
  const paths = typeof files === 'string' ? [files] : (files ?? []);
  const read = await Promise.all(paths.map((file) => readPem(resolve(file), what)));
  if (value === undefined) return read;
  if (typeof value === 'string' || value instanceof Uint8Array) {
    return [givenPem(value, `The option "${name}"`), ...read];
  }
  return [...value.map((one, index) => givenPem(one, `The option "${name}[${index}]"`)), ...read];
}
