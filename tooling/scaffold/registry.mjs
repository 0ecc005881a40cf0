import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { json } from 'node:stream/consumers';

/** @import { Manifest } from '../workspace.mjs' */
/** @import { Tarball } from '../pack/tarballs.mjs' */

/**
 * @typedef {Manifest & { dist: { tarball: string, integrity: string } }} Version
 *
 * @typedef {object} Packument What a registry tells of a package.
 * @property {string} name
 * @property {Record<string, string>} dist-tags
 * @property {Record<string, Version>} versions
 *
 * @typedef {Packument & { _attachments: Record<string, { data: string }> }} Publication What npm publish sends.
 */

/**
 * Starts a registry on a free port of the loopback interface. It serves what is published to it, and redirects all other
 * requests to `upstream`: a proxy would be slow, and the installation is measured. It stores nothing after it stops.
 *
 * @param {string} upstream
 * @param {readonly string[]} [names] packages that are never requested from `upstream`, even before they are published
 */
export async function startRegistry(upstream, names = []) {
  const token = String(randomUUID());
  /** @type {Map<string, Packument>} */
  const packages = new Map();
  /** @type {Map<string, Buffer>} by path */
  const files = new Map();

  /** @param {Publication} publication @returns {boolean} false if the version already exists */
  function publish({ name, versions, 'dist-tags': tags, _attachments: attachments }) {
    const known = packages.get(name);
    if (Object.keys(versions).some((version) => known?.versions[version])) return false;
    packages.set(name, {
      name,
      'dist-tags': { ...known?.['dist-tags'], ...tags },
      versions: { ...known?.versions, ...versions },
    });
    for (const { dist } of Object.values(versions)) {
      const { pathname } = new URL(dist.tarball);
      const [attachment] = Object.values(attachments);
      files.set(pathname, Buffer.from(attachment?.data ?? '', 'base64'));
    }
    return true;
  }

  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', url);
    const answer = (/** @type {number} */ status, /** @type {unknown} */ body) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const name = decodeURIComponent(pathname.slice(1));
    if (request.method === 'PUT') {
      if (request.headers.authorization !== `Bearer ${token}`)
        answer(401, { error: 'The token is missing or wrong.' });
      else if (publish(/** @type {Publication} */ (await json(request)))) answer(201, { ok: true });
      else answer(403, { error: 'That version is already published.' });
      return;
    }
    const file = files.get(pathname);
    const found = packages.get(name);
    if (file) response.end(file);
    // Some package managers refuse versions that were released just now.
    else if (found)
      answer(200, {
        ...found,
        time: Object.fromEntries(
          Object.keys(found.versions).map((version) => [version, new Date(0).toISOString()]),
        ),
      });
    else if (names.includes(name)) answer(404, { error: 'Not found' });
    else response.writeHead(307, { location: new URL(request.url?.slice(1) ?? '', upstream).href }).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    token,
    publish,
    async stop() {
      server.closeAllConnections();
      await once(server.close(), 'close');
    },
  };
}

/**
 * Starts a registry in which tarballs are published.
 *
 * @param {readonly Tarball[]} tarballs
 * @param {string} upstream
 */
export async function serveTarballs(tarballs, upstream) {
  const registry = await startRegistry(upstream);
  for (const { name, file, manifest } of tarballs) {
    const { version } = manifest;
    const bytes = readFileSync(file);
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    const tarball = `${registry.url}${name}/-/${basename(file)}`;
    registry.publish({
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, dist: { tarball, integrity } } },
      _attachments: { [basename(file)]: { data: bytes.toString('base64') } },
    });
  }
  return registry;
}
