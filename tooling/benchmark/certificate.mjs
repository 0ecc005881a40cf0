import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { generate } from 'selfsigned';

/** @typedef {{ keyFile: string, certFile: string, cert: string }} Certificate */

/**
 * A certificate for 127.0.0.1, shared by all servers: EC P-256, like a modern site.
 *
 * @param {string} folder to write it to
 * @returns {Promise<Certificate>}
 */
export async function makeCertificate(folder) {
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'benchmark' }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  });
  const keyFile = join(folder, 'key.pem');
  const certFile = join(folder, 'cert.pem');
  writeFileSync(keyFile, key, { mode: 0o600 });
  writeFileSync(certFile, cert);
  return { keyFile, certFile, cert };
}
