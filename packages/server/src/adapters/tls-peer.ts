import type { Socket } from 'node:net';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';

import { isClientAuthorized } from '@blaizejs/ssl';
import { identityOf } from '@blaizejs/ssl/internal';
import type { TlsPeer } from '@blaizejs/types';

/** What TLS knows of the client; undefined for cleartext, and for a closed socket. */
export function toPeer(socket: Socket | TLSSocket): TlsPeer | undefined {
  if (!isSecure(socket) || socket.destroyed) return undefined;
  // Empty if the client sent no certificate.
  const shown = socket.getPeerCertificate(true) as DetailedPeerCertificate | null;
  const certificate = shown && Object.keys(shown).length > 0 ? shown : undefined;
  const authorized = isClientAuthorized(socket);
  return {
    authorized,
    client: authorized && certificate ? identityOf(certificate) : undefined,
    certificate,
    protocol: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher().standardName,
    servername: nameOf(socket),
  };
}

// `in` would not do: the proxy around an HTTP/2 socket answers it for the session.
function isSecure(socket: Socket | TLSSocket): socket is TLSSocket {
  return typeof (socket as Partial<TLSSocket>).getPeerCertificate === 'function';
}

// Contrary to its type, this is `false` if the client named no host.
function nameOf({ servername }: { readonly servername?: unknown }): string | undefined {
  return typeof servername === 'string' && servername !== '' ? servername : undefined;
}
