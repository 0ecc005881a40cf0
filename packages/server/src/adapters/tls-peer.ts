import type { Socket } from 'node:net';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

import { isClientAuthorized } from '@blaizejs/ssl';
import type { TlsPeer } from '@blaizejs/types';

/** What TLS knows of a connection; undefined for cleartext, and for a socket that is closed. */
export function toPeer(socket: Socket | TLSSocket): TlsPeer | undefined {
  if (!isSecure(socket) || socket.destroyed) return undefined;
  // An object without fields if the client sent none.
  const certificate = socket.getPeerCertificate(true) as DetailedPeerCertificate | null;
  return {
    authorized: isClientAuthorized(socket),
    certificate: certificate && Object.keys(certificate).length > 0 ? certificate : undefined,
    protocol: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher().standardName,
    servername: nameOf(socket),
  };
}

// Not by `in`, which the stand-in that HTTP/2 has for its socket answers for its session.
function isSecure(socket: Socket | TLSSocket): socket is TLSSocket {
  return typeof (socket as Partial<TLSSocket>).getPeerCertificate === 'function';
}

// Node gives `false` if the client named no host, which its types do not know.
function nameOf({ servername }: { readonly servername?: unknown }): string | undefined {
  return typeof servername === 'string' && servername !== '' ? servername : undefined;
}
