import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that was free a moment ago.
 *
 * @param {string} [host]
 * @returns {Promise<number>}
 */
export async function freePort(host) {
  const [port] = await freePorts(1, host);
  return /** @type {number} */ (port);
}

/**
 * As many different ports that were free a moment ago.
 *
 * @param {number} count
 * @param {string} host
 * @returns {Promise<number[]>}
 */
export async function freePorts(count, host = '127.0.0.1') {
  const servers = Array.from({ length: count }, () => createServer().listen(0, host));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    return port;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
