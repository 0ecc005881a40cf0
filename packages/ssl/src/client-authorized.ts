import type { TLSSocket } from 'node:tls';

/**
 * Whether the client of a server's connection has shown a certificate that the server trusts.
 *
 * Use it instead of `socket.authorized`: on Node 20 and 22, that becomes true when a client without a certificate resumes a
 * TLS 1.3 session of a server that asks for certificates but does not require them.
 */
export function isClientAuthorized(socket: TLSSocket): boolean {
  return socket.authorized && socket.getPeerX509Certificate() !== undefined;
}
