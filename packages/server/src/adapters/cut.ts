import type { Socket } from 'node:net';

// A TLS socket has no reference to the TCP socket below it.
const below = new WeakMap<Socket, Socket>();

/** Remembers the TCP socket below a TLS socket. */
export function noteBelow(secure: Socket, tcp: Socket): void {
  if (secure !== tcp) below.set(secure, tcp);
}

/**
 * Resets a connection. If it were only closed, an answer that ends with the connection would look complete (RFC 9112 section
 * 8).
 */
export function reset(socket: Socket): void {
  const tcp = below.get(socket) ?? socket;
  try {
    tcp.resetAndDestroy();
  } catch {
    // Not a TCP socket: a Unix socket cannot be reset.
  }
  socket.destroy();
}
