import { expect, it, onTestFinished } from 'vitest';

import { startRegistry } from './registry.mjs';

const UPSTREAM = 'http://127.0.0.1:1/';

async function start() {
  const registry = await startRegistry(UPSTREAM, ['@ours/a', '@ours/b']);
  onTestFinished(() => registry.stop());
  const get = (/** @type {string} */ path) => fetch(registry.url + path, { redirect: 'manual' });
  const put = (/** @type {string} */ version, token = registry.token) =>
    fetch(`${registry.url}@ours%2fa`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify({
        name: '@ours/a',
        'dist-tags': { latest: version },
        versions: { [version]: { version, dist: { tarball: `${registry.url}@ours/a/-/a-${version}.tgz` } } },
        _attachments: { [`@ours/a-${version}.tgz`]: { data: btoa(`tarball of ${version}`) } },
      }),
    });
  return { get, put };
}

it('serves all published versions', async () => {
  const { get, put } = await start();
  expect((await put('1.0.0')).status).toBe(201);
  expect((await put('1.1.0')).status).toBe(201);
  const packument = /** @type {import('./registry.mjs').Packument} */ (await (await get('@ours%2fa')).json());
  expect(packument['dist-tags']).toEqual({ latest: '1.1.0' });
  expect(Object.keys(packument.versions)).toEqual(['1.0.0', '1.1.0']);
  const { tarball } = packument.versions['1.0.0']?.dist ?? { tarball: '' };
  expect(await (await fetch(tarball)).text()).toBe('tarball of 1.0.0');
});

it('accepts a version once, and only with the token', async () => {
  const { get, put } = await start();
  expect((await put('1.0.0', 'guessed')).status).toBe(401);
  expect((await get('@ours/a')).status).toBe(404);
  await put('1.0.0');
  expect((await put('1.0.0')).status).toBe(403);
});

it('redirects requests for other packages to the upstream registry, but not for ours', async () => {
  const { get } = await start();
  const { status, headers } = await get('@other%2fpackage?write=true');
  expect([status, headers.get('location')]).toEqual([307, `${UPSTREAM}@other%2fpackage?write=true`]);
  expect((await get('@ours%2fb')).status).toBe(404);
});
