import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { createClient } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { run } from './child.ts';
import { installIn } from './project.ts';

const root = path.resolve(import.meta.dirname, '..');
const readme = await readFile(path.join(root, 'README.md'), 'utf8');

/** The code blocks that begin with a comment with a file name. */
const files = Object.fromEntries(
  [...readme.matchAll(/^```ts\n\/\/ (\S+)\n([^]*?)^```/gm)].map(([, name = '', code = '']) => [name, code]),
);

test('the example runs unchanged', async () => {
  expect(Object.keys(files)).toEqual(['server.ts', 'routes/hello/[name].ts']);
  await using cwd = await makeFolder({ ...files, 'package.json': '{ "type": "module" }' });
  await installIn(cwd.path);

  await using child = run(path.join(cwd.path, 'server.ts'), { cwd: cwd.path, env: { PORT: '0' } });
  const [url] = await child.says(/https:\/\/localhost:\d+/);
  const ca = await readFile(path.join(cwd.path, '.blaize/ssl/cert.pem'), 'utf8');

  for (const protocol of ['http1', 'http2'] as const) {
    await using client = createClient(url, { protocol, ca });
    expect(await (await client.request('/hello/Ada')).json()).toEqual({ hello: 'Ada' });
  }
  child.process.kill('SIGTERM');
  expect(await child.ended).toBe(0);
});

test('the table has exactly the subpaths of the package', async () => {
  const { exports } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
    exports: object;
  };
  const subpaths = Object.keys(exports)
    .filter((name) => name !== './package.json')
    .map((name) => path.posix.join('blaizejs', name));
  const rows = [...readme.matchAll(/^\| `(blaizejs[^`]*)`/gm)].map(([, name]) => name);
  expect(rows.sort()).toEqual(subpaths.sort());
});
