import { createHash, createPublicKey, KeyObject, webcrypto } from 'node:crypto';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const ACME_IDENTIFIER = '1.3.6.1.5.5.7.1.31';
const AUTHORITY_KEY = '2.5.29.35';
const DAY = 24 * 3_600_000;

type Keys = Awaited<ReturnType<typeof generateKeys>>;

function generateKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function toPem(key: Keys['privateKey']): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }) as string;
}

/** A new private key (EC P-256) in PKCS#8, as PEM. */
export async function generateKey(): Promise<string> {
  return toPem((await generateKeys()).privateKey);
}

/** A certificate signing request for names, in DER as base64url (RFC 8555 section 7.4). */
export async function signingRequest(key: KeyObject, names: readonly string[]): Promise<string> {
  const { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } =
    await import('@peculiar/x509');
  const { subtle } = webcrypto;
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  const keys = {
    privateKey: await subtle.importKey('pkcs8', pkcs8, ALGORITHM, false, ['sign']),
    publicKey: await subtle.importKey('spki', spki, ALGORITHM, true, ['verify']),
  };
  const request = await Pkcs10CertificateRequestGenerator.create({
    keys,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new SubjectAlternativeNameExtension(names.map((value) => ({ type: 'dns' as const, value }))),
    ],
  });
  return Buffer.from(request.rawData).toString('base64url');
}

/** The certificate that answers TLS-ALPN-01: self-signed, with the digest of the key authorization (RFC 8737 section 3). */
export async function challengeCertificate(
  name: string,
  keyAuthorization: string,
): Promise<{ key: string; cert: string }> {
  const { Extension, SubjectAlternativeNameExtension, X509CertificateGenerator } =
    await import('@peculiar/x509');
  const keys = await generateKeys();
  const digest = createHash('sha256').update(keyAuthorization).digest();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    keys,
    signingAlgorithm: ALGORITHM,
    name: 'CN=ACME challenge',
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 7 * DAY),
    extensions: [
      new SubjectAlternativeNameExtension([{ type: 'dns', value: name }]),
      // An OCTET STRING of 32 bytes, in DER.
      new Extension(ACME_IDENTIFIER, true, Buffer.concat([Buffer.from([0x04, 0x20]), digest])),
    ],
  });
  return { key: toPem(keys.privateKey), cert: certificate.toString('pem') };
}

/** Identifies a certificate to its authority (RFC 9773 section 4.1). Undefined if it does not name its issuer's key. */
export async function certificateId(pem: string): Promise<string | undefined> {
  const { AuthorityKeyIdentifierExtension, X509Certificate } = await import('@peculiar/x509');
  const certificate = new X509Certificate(pem);
  const authority = certificate.getExtension(AUTHORITY_KEY);
  if (!(authority instanceof AuthorityKeyIdentifierExtension) || authority.keyId === undefined)
    return undefined;
  const id = Buffer.from(authority.keyId, 'hex').toString('base64url');
  // In DER, a serial number whose first bit is set begins with a zero byte.
  let serial = Buffer.from(certificate.serialNumber, 'hex');
  if ((serial[0] ?? 0) >= 0x80) serial = Buffer.concat([Buffer.from([0]), serial]);
  return `${id}.${serial.toString('base64url')}`;
}
