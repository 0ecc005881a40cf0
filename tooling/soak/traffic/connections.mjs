import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { closed } from './target.mjs';

/** @import { Socket } from 'node:net' */

/** @type {Set<Socket>} */
const opened = new Set();

/**
 * Opens a connection to a server, over TLS for https.
 *
 * @param {string} url
 * @param {{ ca: string, protocols?: string[] }} tls
 */
export function open(url, { ca, protocols = [] }) {
  const { protocol, hostname, port } = new URL(url);
  const where = { host: hostname, port: Number(port) };
  const socket =
    protocol === 'http:'
      ? connectTcp(where)
      : connectTls({ ...where, ca, servername: hostname, ALPNProtocols: protocols });
  opened.add(socket);
  socket.once('close', () => opened.delete(socket));
  return socket;
}

/** Ends all open connections. */
export async function endAll() {
  await Promise.all([...opened].map(cutOff));
}

/**
 * Ends a connection abruptly, as when a process dies. In cleartext, that is a reset. Below TLS, Node cannot request a reset,
 * but the system sends one if there is unread data.
 *
 * @param {Socket} socket
 */
export async function cutOff(socket) {
  socket.on('error', () => undefined);
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
  await closed(socket);
}
