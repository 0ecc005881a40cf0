import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * A port that was free a moment ago.
 *
 * @param {string} host
 * @returns {Promise<number>}
 */
export async function freePort(host = '127.0.0.1') {
  const server = createServer();
  await once(server.listen(0, host), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await once(server.close(), 'close');
  return port;
}
