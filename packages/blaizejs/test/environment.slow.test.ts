import { readdir } from 'node:fs/promises';

import { createClient } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import type { Child } from '../../../tooling/test/child.ts';
import { run } from './child.ts';

const serve = async (cwd: string, NODE_ENV: string | undefined, options: object = {}): Promise<Child> => {
  const child = run('serve.ts', { cwd, args: [JSON.stringify(options)], env: NODE_ENV ? { NODE_ENV } : {} });
  await child.says('ready');
  return child;
};
const portOf = async (child: Child): Promise<number> => Number((await child.says(/port (\d+)\./))[1]);

test.each([undefined, 'development', 'test', 'staging'])(
  'NODE_ENV %s is development: HTTPS without configuration',
  async (env) => {
    await using cwd = await makeFolder();
    await using child = await serve(cwd.path, env);
    expect(child.output).toMatch(/Server running on https:/);
    expect(await readdir(cwd.path)).toEqual(['.blaize']);
  },
);

test('development shows the cause of a 500, and logs JSON away from a terminal', async () => {
  await using cwd = await makeFolder();
  await using child = await serve(cwd.path, 'development', { http2: { enabled: false } });
  await using client = createClient(`http://localhost:${await portOf(child)}`, { protocol: 'http1' });

  const response = await client.request('/fails');
  expect(response.status).toBe(500);
  expect(await response.json()).toMatchObject({ status: 500, detail: 'the secret cause' });
  const [line] = await child.says(/^\{.*the secret cause.*\}$/m);
  expect(JSON.parse(line)).toMatchObject({ level: 50, method: 'GET', path: '/fails' });
});

test('production shows the cause of a 500 only in the log, which is JSON', async () => {
  await using cwd = await makeFolder();
  await using child = await serve(cwd.path, 'production', { http2: { enabled: false } });
  await using client = createClient(`http://localhost:${await portOf(child)}`, { protocol: 'http1' });

  const response = await client.request('/fails');
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain('secret');
  const [line] = await child.says(/^\{.*the secret cause.*\}$/m);
  expect(JSON.parse(line)).toMatchObject({ level: 50, method: 'GET', path: '/fails' });
  expect(await readdir(cwd.path)).toEqual([]);
});

test('a server logs one line when it is up and one when it is down', async () => {
  await using cwd = await makeFolder();
  await using child = await serve(cwd.path, 'development', { http2: { enabled: false } });
  child.process.send('close');
  expect(await child.ended).toBe(0);
  const lines = child.output.split('\n').filter((line) => line.includes('"level":30'));
  expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
    {
      level: 30,
      msg: expect.stringMatching(/^Server running on http:\/\/localhost:\d+ \(2 routes, \d+ ms\)$/),
    },
    { level: 30, msg: expect.stringMatching(/^Server stopped \(\d+ ms\)$/) },
  ]);
});
