import { X509Certificate } from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import tls, { type SecureContext, type SecureContextOptions } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';

/** In Node since 22.19 and 24.5. */
interface DefaultCertificates {
  getCACertificates?: (type: 'default') => string[];
  setDefaultCACertificates?: (certificates: readonly string[]) => void;
}

/** On older Node each one makes every new connection of a client 0.1 ms slower. */
const MOST = 8;
const trusted: string[] = [];

/**
 * Makes the TLS clients of this process (`fetch`, `https.request`, `http2.connect`) accept one certificate besides
 * those that they accept anyway, in connections opened from now on. For development and tests only.
 *
 * Nothing else changes: names and dates are still checked, other unknown certificates are refused, and clients with a
 * `ca` of their own do not see it. Calling it again with the same certificate does nothing. The 8 most recent ones
 * are trusted.
 *
 * @param cert the certificate as PEM; of several, the first
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

/** Naming all roots in `ca` would parse them for each connection (20 ms); adding to those it has costs 0.5 ms or less. */
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
