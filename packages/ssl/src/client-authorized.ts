import type { TLSSocket } from 'node:tls';

/**
 * Whether the client of a server's connection has shown a certificate that the server trusts.
 *
 * Use it instead of `socket.authorized`, which is also true
 *
 * - on Node 20 and 22, if a client without a certificate resumes a TLS 1.3 session of a server that asks for certificates but
 *   does not require them;
 * - if a client resumes a session with a certificate that has expired since. OpenSSL does not check it again.
 */
export function isClientAuthorized(socket: TLSSocket): boolean {
  if (!socket.authorized) return false;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return false;
  const now = Date.now();
  return Date.parse(certificate.validFrom) <= now && now <= Date.parse(certificate.validTo);
}
