import { connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';

import { closed } from './target.mjs';

/** @import { Socket } from 'node:net' */

/** @type {Set<Socket>} */
const opened = new Set();

/**
 * A connection to a server, over TLS where the URL says so.
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

/** Ends what is still open. */
export async function endAll() {
  await Promise.all([...opened].map(cutOff));
}

/**
 * Ends a connection as a process that dies does, without a word. In cleartext that is a reset; below TLS Node cannot
 * ask for one, but the system sends one where there is something left to read.
 *
 * @param {Socket} socket
 */
export async function cutOff(socket) {
  socket.on('error', () => undefined);
  if ('encrypted' in socket) socket.destroy();
  else socket.resetAndDestroy();
  await closed(socket);
}
