import { X509Certificate } from 'node:crypto';

import { CertificateError } from '@blaizejs/errors';

import { messageOf, notPem, type Pem } from './pem.ts';

/** The certificates of a PEM text, in order. */
export type Certificates = readonly [X509Certificate, ...X509Certificate[]];

const CERTIFICATE =
  /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/** @throws CertificateError if there is no certificate, or one is damaged */
export function parseCertificates(pem: Pem): Certificates {
  const [first, ...others] = pem.text.match(CERTIFICATE) ?? [];
  if (first === undefined) throw notPem(pem, 'certificate');
  const parse = (block: string, position: number) => {
    try {
      return new X509Certificate(block);
    } catch (cause) {
      const which = `certificate ${position} of ${others.length + 1}`;
      const message = `${pem.name}: ${which} is damaged: ${messageOf(cause)}.`;
      throw new CertificateError(message, pem.file, { cause });
    }
  };
  return [parse(first, 1), ...others.map((block, index) => parse(block, index + 2))];
}
