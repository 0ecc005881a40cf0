import path from 'node:path';

import { createPlugin } from 'blaizejs';
import { startTestServer } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { answering } from './project.ts';

const routes = (name: string, directory: string, prefix?: string) =>
  createPlugin(name, '1.0.0', (server) => server.router.addRouteDirectory(directory, { prefix }));

test('a plugin adds a folder of routes with a prefix, in addition to the main one', async () => {
  await using dir = await makeFolder({
    'routes/index.mjs': answering('main'),
    'v2/index.mjs': answering('v2'),
    'v2/users/[id].mjs': 'export const GET = (ctx) => ctx.request.params.id;\n',
  });
  await using app = await startTestServer({
    routesDir: path.join(dir.path, 'routes'),
    plugins: [routes('api-v2', path.join(dir.path, 'v2'), '/api/v2')],
  });

  const bodyOf = async (url: string): Promise<string> => (await app.http2.request(url)).text();
  expect(await bodyOf('/')).toBe('main');
  expect(await bodyOf('/api/v2')).toBe('v2');
  expect(await bodyOf('/api/v2/users/7')).toBe('7');
  expect((await app.http2.request('/users/7')).status).toBe(404);
});

test('without a prefix, its routes join the others; the error for two with the same path names both files', async () => {
  await using dir = await makeFolder({
    'a/one.mjs': answering('one'),
    'b/two.mjs': answering('two'),
    'c/one.mjs': answering('again'),
  });
  const routesDir = path.join(dir.path, 'a');
  {
    await using app = await startTestServer({
      routesDir,
      plugins: [routes('more', path.join(dir.path, 'b'))],
    });
    expect(await (await app.http1.request('/two')).text()).toBe('two');
  }
  await expect(
    startTestServer({ routesDir, plugins: [routes('clash', path.join(dir.path, 'c'))] }),
  ).rejects.toThrow(/GET \/one[^]*c\/one\.mjs[^]*a\/one\.mjs/);
});

test('a missing folder stops the start, and the error names the plugin', async () => {
  await expect(startTestServer({ plugins: [routes('gone', '/not/there')] })).rejects.toThrow(
    /Plugin "gone" failed in setup: .*\/not\/there/,
  );
});

test('files may be anywhere below the folder', async () => {
  await using dir = await makeFolder({ 'apps/api/routes/deep/er.mjs': answering('found') });
  await using app = await startTestServer({ routesDir: path.join(dir.path, 'apps/api/routes') });
  expect(await (await app.http1.request('/deep/er')).text()).toBe('found');
});
