import { randomBytes } from 'node:crypto';
import { isIP } from 'node:net';

const HOUR = 3_600_000;
const DAYS = 365;

/**
 * Makes a self-signed certificate for a development server: EC P-256 with SHA-256, valid for 365 days unless told otherwise.
 *
 * It is no certificate authority (`CA:FALSE`): whoever trusts it trusts these names and nothing else, even if the key
 * gets into wrong hands. OpenSSL, Node, Chromium and Firefox all take such a certificate once it is trusted; Firefox
 * takes no other kind from a server.
 */
export async function generateCertificate(
  names: readonly string[],
  // An hour back, for clients whose clock is behind.
  validity = { from: new Date(Date.now() - HOUR), to: new Date(Date.now() + DAYS * 24 * HOUR) },
): Promise<{ key: string; cert: string }> {
  const { generate } = await import('selfsigned');
  // OpenSSL looks a self-signed certificate up by its subject: of two with the same one, it would find only the first.
  const commonName = `BlaizeJS development ${randomBytes(8).toString('hex')}`;
  const { private: key, cert } = await generate([{ name: 'commonName', value: commonName }], {
    // Without these it would be RSA with SHA-1.
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
