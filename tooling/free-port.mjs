import { once } from 'node:events';
import { createServer } from 'node:net';

// Below those that systems give to port 0 and to outgoing connections: no other test gets one of these by chance meanwhile.
const LOWEST = 20_000;
const HIGHEST = 32_000;

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
  const servers = await Promise.all(Array.from({ length: count }, () => listen(host)));
  const ports = servers.map((server) => {
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    return port;
  });
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** @param {string} host */
async function listen(host) {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    const server = createServer().listen(port, host);
    try {
      await once(server, 'listening');
      return server;
    } catch (error) {
      if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EADDRINUSE') throw error;
    }
  }
}
