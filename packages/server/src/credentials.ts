import { CertificateError } from '@blaizejs/errors';
import type { Server } from '@blaizejs/types';

import type { ResolvedOptions } from './options.ts';

/**
 * Gives a server its certificate: the configured one, or in development one that is made on demand and that this
 * process trusts.
 *
 * @throws CertificateError where a file can't be used, and in production where none is configured
 */
export async function secure(
  server: Server['server'],
  { http2: { keyFile, certFile }, host }: ResolvedOptions,
  production: boolean,
): Promise<void> {
  if (!('setSecureContext' in server)) return;
  const { developmentCertificate, loadCertificate, trustCertificate } = await import('@blaizejs/ssl');
  if (keyFile !== undefined && certFile !== undefined) {
    server.setSecureContext(await loadCertificate({ keyFile, certFile }));
    return;
  }
  if (production) {
    throw new CertificateError(
      'HTTP/2 needs a certificate in production, and none is configured. Set http2.keyFile and http2.certFile to PEM ' +
        'files, or http2.enabled to false where a proxy in front speaks TLS.',
    );
  }
  const certificate = await developmentCertificate({ host });
  trustCertificate(certificate.cert);
  server.setSecureContext(certificate);
}
