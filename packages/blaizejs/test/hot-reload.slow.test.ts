import { rm } from 'node:fs/promises';
import path from 'node:path';

import { createClient, type TestClient } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import type { Child } from '../../../tooling/test/child.ts';
import { run } from './child.ts';
import { answering } from './project.ts';

interface Served extends AsyncDisposable {
  readonly child: Child;
  readonly client: TestClient;
}

/** Starts a server on `./routes`, and a client for it. */
async function begin(cwd: string, NODE_ENV: string): Promise<Served> {
  const options = { http2: { enabled: false }, routesDir: './routes' };
  const child = run('serve.ts', { cwd, args: [JSON.stringify(options)], env: { NODE_ENV } });
  const [, port] = await child.says(/port (\d+)\./);
  await child.says('ready');
  const client = createClient(`http://localhost:${port}`, { protocol: 'http1' });
  return {
    child,
    client,
    [Symbol.asyncDispose]: async () => {
      await client.close();
      await child[Symbol.asyncDispose]();
    },
  };
}
const get = async (client: TestClient, url: string): Promise<string> => (await client.request(url)).text();

test('changes of route files and their imports become live', async () => {
  await using cwd = await makeFolder({
    'package.json': '{ "type": "module" }',
    'routes/one.ts': answering('one'),
    'routes/two.ts': "import { name } from '../name.ts';\nexport const GET = () => name satisfies string;\n",
    'name.ts': "export const name: string = 'two';\n",
  });
  await using app = await begin(cwd.path, 'development');
  expect(await get(app.client, '/two')).toBe('two');

  await cwd.write({ 'routes/one.ts': answering('one again') });
  await expect.poll(() => get(app.client, '/one')).toBe('one again');
  await cwd.write({ 'name.ts': "export const name: string = 'two again';\n" });
  await expect.poll(() => get(app.client, '/two')).toBe('two again');
  await cwd.write({ 'routes/three.ts': answering('three') });
  await app.child.says('reloaded 5.');
  expect(await get(app.client, '/three')).toBe('three');
  await rm(path.join(cwd.path, 'routes/three.ts'));
  await expect.poll(async () => (await app.client.request('/three')).status).toBe(404);
});

test('a file that does not load changes nothing until it is fixed', async () => {
  await using cwd = await makeFolder({ 'routes/one.mjs': answering('one') });
  await using app = await begin(cwd.path, 'development');

  await cwd.write({ 'routes/one.mjs': 'export const GET = {{;\n' });
  await app.child.says(/error event: .*one\.mjs/);
  expect(await get(app.client, '/one')).toBe('one');
  await cwd.write({ 'routes/one.mjs': answering('mended') });
  await expect.poll(() => get(app.client, '/one')).toBe('mended');
});

test('production does not watch', async () => {
  await using cwd = await makeFolder({ 'routes/one.mjs': answering('one') });
  await using development = await begin(cwd.path, 'development');
  await using production = await begin(cwd.path, 'production');

  await cwd.write({ 'routes/two.mjs': answering('two') });
  await development.child.says('reloaded 4.');
  expect((await production.client.request('/two')).status).toBe(404);
});
