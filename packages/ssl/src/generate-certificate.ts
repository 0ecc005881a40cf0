import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';

const HOUR = 3_600_000;
const DAYS = 365;

/**
 * Creates a self-signed certificate for a development server: EC P-256 with SHA-256, by default valid for 365 days.
 *
 * It is not a certificate authority (`CA:FALSE`): to trust it is to trust these names and nothing else, even if the key is
 * stolen. OpenSSL, Node, Chromium and Firefox all accept such a certificate once it is trusted; Firefox accepts no other
 * kind of self-signed certificate from a server.
 */
export async function generateCertificate(
  names: readonly string[],
  // Starts an hour ago, for clients whose clock is behind.
  validity = { from: new Date(Date.now() - HOUR), to: new Date(Date.now() + DAYS * 24 * HOUR) },
): Promise<{ key: string; cert: string }> {
  const { generate } = await import('selfsigned');
  // OpenSSL looks up a self-signed certificate by its subject. If two had the same subject, it would find only the first.
  const commonName = `BlaizeJS development ${randomBytes(8).toString('hex')}`;
  const { private: key, cert } = await generate([{ name: 'commonName', value: commonName }], {
    // The defaults are RSA and SHA-1.
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: validity.from,
    notAfterDate: validity.to,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: names.map((name) => (isIP(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return { key, cert };
}
