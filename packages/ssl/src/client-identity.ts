import type { DetailedPeerCertificate } from 'node:tls';

import type { ClientIdentity } from '@blaizejs/types';

import { alternativeNames } from './alternative-names.ts';

/** Who a certificate says that its holder is. Only for certificates that were checked. */
export function identityOf(certificate: DetailedPeerCertificate): ClientIdentity {
  const names = alternativeNames(certificate.subjectaltname);
  const valuesOf = (wanted: string): readonly string[] =>
    names.filter(({ kind }) => kind === wanted).map(({ value }) => value);
  const uris = valuesOf('uri');
  const { CN } = certificate.subject;
  return {
    commonName: typeof CN === 'string' ? CN : undefined,
    dnsNames: valuesOf('dns'),
    addresses: valuesOf('ip'),
    emails: valuesOf('email'),
    uris,
    // The specification of X.509-SVIDs, section 2: exactly one URI.
    spiffeId: uris.length === 1 && isSpiffeId(uris[0] ?? '') ? uris[0] : undefined,
    fingerprint256: certificate.fingerprint256,
    serialNumber: certificate.serialNumber,
  };
}

const SPIFFE_ID = /^spiffe:\/\/[a-z0-9._-]{1,255}(?:\/[a-zA-Z0-9._-]+)*$/;

/** The specification "SPIFFE-ID", section 2: no user, port, query, fragment, escapes, empty or dot segments. */
function isSpiffeId(uri: string): boolean {
  return (
    uri.length <= 2048 && SPIFFE_ID.test(uri) && !/\/\.{1,2}(?:\/|$)/.test(uri.slice('spiffe://'.length))
  );
}
