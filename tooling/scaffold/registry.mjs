import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';

/** @import { Tarball } from '../pack/tarballs.mjs' */

/**
 * Serves tarballs as a registry does, on a free port of the loopback interface, and sends who asks for anything else to
 * `upstream`. It stands in for a real one where installing is what is measured: those that pass everything on are slow.
 *
 * @param {readonly Tarball[]} tarballs
 * @param {string} upstream
 */
export async function serveTarballs(tarballs, upstream) {
  const files = new Map(tarballs.map(({ file }) => [`/-/tarballs/${basename(file)}`, file]));
  const server = createServer(({ url = '/' }, response) => {
    const file = files.get(url);
    if (file !== undefined) {
      createReadStream(file).pipe(response);
      return;
    }
    const path = decodeURIComponent(url.slice(1));
    const found = tarballs.find(({ name }) => name === path);
    if (found)
      response.setHeader('content-type', 'application/json').end(JSON.stringify(packument(found, origin)));
    else response.writeHead(307, { location: new URL(url.slice(1), upstream).href }).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const origin = `http://127.0.0.1:${port}/`;
  return {
    url: origin,
    async stop() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/**
 * What a registry tells of a package.
 *
 * @param {Tarball} tarball
 * @param {string} origin
 */
function packument({ name, file, manifest }, origin) {
  const { version } = manifest;
  const integrity = `sha512-${createHash('sha512').update(readFileSync(file)).digest('base64')}`;
  const dist = { tarball: `${origin}-/tarballs/${basename(file)}`, integrity };
  return {
    name,
    'dist-tags': { latest: version },
    // Some take no version that has just come out.
    time: { [version]: new Date(0).toISOString() },
    versions: { [version]: { ...manifest, dist } },
  };
}
