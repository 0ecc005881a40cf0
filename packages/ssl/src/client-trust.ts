import { createSecureContext } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import type { TlsOptions } from '@blaizejs/types';

import { parseCertificates } from './certificate-chain.ts';
import { givenPem, messageOf, notPem } from './pem.ts';

/** The lists that client certificates are checked against, with one PEM block per entry. */
export interface ClientTrust {
  /** Undefined means the authorities that Node trusts; an empty list means none. */
  readonly ca: string[] | undefined;
  readonly crl: string[] | undefined;
}

const CRL = /-----BEGIN X509 CRL-----[^-]+-----END X509 CRL-----/g;

/** @throws CertificateError if an entry contains no certificate or list, or a damaged one */
export function readClientTrust({ ca, crl }: TlsOptions): ClientTrust {
  return {
    // Node ignores an entry without a certificate, and would trust fewer authorities than intended.
    ca: entries(ca, 'ca')?.flatMap((pem) => parseCertificates(pem).map(String)),
    crl: entries(crl, 'crl')?.flatMap((pem) => {
      // Node reads only the first list in a text.
      const blocks = pem.text.match(CRL) ?? [];
      const begun = pem.text.match(/-----BEGIN X509 CRL-----/g) ?? [];
      if (blocks.length === 0) throw notPem(pem, 'certificate revocation list');
      try {
        if (blocks.length < begun.length) throw new Error('it was cut short');
        createSecureContext({ crl: blocks });
      } catch (cause) {
        const message = `${pem.name}: the certificate revocation list is damaged: ${messageOf(cause)}.`;
        throw new CertificateError(message, undefined, { cause });
      }
      return blocks;
    }),
  };
}

function entries(value: TlsOptions['ca'], name: string) {
  if (value === undefined) return undefined;
  if (typeof value === 'string' || value instanceof Uint8Array) {
    return [givenPem(value, `The option "${name}"`)];
  }
  return value.map((one, index) => givenPem(one, `The option "${name}[${index}]"`));
}
