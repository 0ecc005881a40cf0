import { X509Certificate } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import tls, { type SecureContext, type SecureContextOptions } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';

/** Available from Node 22.19 and 24.5 on. */
interface DefaultCertificates {
  getCACertificates?: (type: 'default') => string[];
  setDefaultCACertificates?: (certificates: readonly string[]) => void;
}

/** On older Node, each certificate makes every new client connection 0.1 ms slower. */
const MOST = 8;
const trusted: string[] = [];

/**
 * Makes the TLS clients of this process (`fetch`, `https.request`, `http2.connect`) accept one more certificate, in
 * connections opened from now on. For development and tests only.
 *
 * Nothing else changes: names and dates are still checked, other unknown certificates are refused, and clients with their
 * own `ca` are not affected. Calling it again with the same certificate does nothing. Only the 8 most recent certificates
 * are trusted.
 *
 * @param cert the certificate as PEM; if there are several, the first one counts
 * @throws CertificateError if it is not a certificate
 */
export function trustCertificate(cert: string): void {
  const pem = normalise(cert);
  if (trusted.includes(pem)) return;
  trusted.push(pem);
  const dropped = trusted.length > MOST ? trusted.shift() : undefined;
  const { getCACertificates, setDefaultCACertificates }: DefaultCertificates = tls as DefaultCertificates;
  if (getCACertificates && setDefaultCACertificates) {
    const others = getCACertificates('default').filter((other) => other.trim() !== dropped);
    setDefaultCACertificates([...others, pem]);
  } else if (trusted.length === 1) {
    addToEveryContext();
  }
}

/**
 * Passing all roots as `ca` would parse them for each connection (20 ms). Adding to the existing ones takes at most 0.5 ms.
 */
function addToEveryContext(): void {
  const original = tls.createSecureContext;
  const createSecureContext = (options?: SecureContextOptions): SecureContext => {
    const context = original(options);
    if (!options?.ca) {
      const native = context.context as { addCACert(pem: string): void };
      for (const pem of trusted) native.addCACert(pem);
    }
    return context;
  };
  Object.assign(tls, { createSecureContext });
  syncBuiltinESMExports();
}

function normalise(cert: string): string {
  try {
    return new X509Certificate(cert).toString().trim();
  } catch (cause) {
    throw new CertificateError('The certificate to trust is not in PEM form.', undefined, {
      cause,
    });
  }
}
