import type { KeyObject, X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import type { KeyPair } from '@blaizejs/types';

import { parseCertificates, type Certificates } from './certificate-chain.ts';
import type { Credentials, FileCredentials } from './credentials.ts';
import { readKeyPair } from './key-pair.ts';
import { messageOf, type Pem } from './pem.ts';
import { parseKey } from './private-key.ts';

/** Where a private key and its certificate are. Relative paths start at the working directory. */
export interface CertificateFiles {
  /** A PEM file with a private key: PKCS#8, PKCS#1 (RSA) or SEC1 (EC). */
  readonly keyFile: string;
  /** A PEM file with the certificate, followed by the rest of its chain, if any (`fullchain.pem`). */
  readonly certFile: string;
  /** Decrypts the key, if it is encrypted. */
  readonly passphrase?: string | undefined;
}

/**
 * Loads a private key and its certificate, as PEM or from files, and checks that a server can use them.
 *
 * @throws CertificateError if a half is missing, a file can't be read or holds something else, the passphrase is missing or
 *   wrong, the key does not belong to the first certificate, the chain is out of order, the certificate has expired or is not valid yet, or TLS refuses
 *   the pair (a key that is too short). The error's `file` is the one to look at.
 */
export async function loadCertificate(files: CertificateFiles): Promise<FileCredentials>;
export async function loadCertificate(pair: KeyPair): Promise<Credentials>;
export async function loadCertificate(pair: KeyPair): Promise<Credentials> {
  const { key, cert } = await readKeyPair(pair);
  const privateKey = parseKey(key, pair.passphrase);
  const certificates = parseCertificates(cert);
  checkFit(privateKey.object, key, certificates, cert);
  checkOrder(certificates, cert);
  const [leaf] = certificates;
  const notAfter = checkDates(leaf, cert);
  try {
    createSecureContext({ key: privateKey.text, cert: cert.text });
  } catch (cause) {
    const message = `${cert.name}: TLS refuses the certificate with its key: ${messageOf(cause)}.`;
    throw new CertificateError(message, cert.file, { cause });
  }
  return {
    key: privateKey.text,
    cert: cert.text,
    keyFile: key.file,
    certFile: cert.file,
    notAfter,
    fingerprint256: leaf.fingerprint256,
  };
}

function checkFit(key: KeyObject, keyPem: Pem, certificates: Certificates, certPem: Pem): void {
  const [leaf] = certificates;
  const position = certificates.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (position === 0) return;
  const where = certPem.file ?? 'the option "cert"';
  throw new CertificateError(
    position === -1
      ? `${keyPem.name}: the private key does not belong to the certificate in ${where} ` +
          `(for ${leaf.subjectAltName ?? leaf.subject}). Use the key that the certificate was created with.`
      : `${keyPem.name}: the private key belongs to certificate ${position + 1} in ${where}. Put that one first.`,
    keyPem.file,
  );
}

/** Clients of TLS 1.2 need not look for the issuer elsewhere than right after a certificate (RFC 5246 section 7.4.2). */
function checkOrder(certificates: Certificates, { name, file }: Pem): void {
  for (const [index, certificate] of certificates.entries()) {
    const next = certificates[index + 1];
    if (!next || certificate.checkIssued(next) || certificate.checkIssued(certificate)) continue;
    const issuer = certificates.findIndex((other) => certificate.checkIssued(other));
    if (issuer === -1) continue;
    throw new CertificateError(
      `${name}: the chain is out of order: certificate ${issuer + 1} issued certificate ${index + 1}. ` +
        'Put each certificate right before the one that issued it.',
      file,
    );
  }
}

function checkDates(certificate: X509Certificate, { name, file }: Pem): Date {
  const notBefore = new Date(certificate.validFrom);
  const notAfter = new Date(certificate.validTo);
  const now = new Date();
  if (now > notAfter) {
    const message = `${name}: the certificate expired on ${notAfter.toISOString()}. Renew it.`;
    throw new CertificateError(message, file);
  }
  if (now < notBefore) {
    const message =
      `${name}: the certificate is not valid before ${notBefore.toISOString()}, ` +
      `and this machine's clock says ${now.toISOString()}.`;
    throw new CertificateError(message, file);
  }
  return notAfter;
}
