import path from 'node:path';

import { createPlugin } from 'blaizejs';
import { RouteConflictError, RouteLoadError } from 'blaizejs/errors';
import { startTestServer } from 'blaizejs/testing';
import { expect, test, vi } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { answering } from './project.ts';

test('the error for a route file without a route names the file, and says what to export', async () => {
  await using dir = await makeFolder({ 'empty.mjs': 'export const helper = 1;\n' });
  const start = startTestServer({ routesDir: dir.path });
  await expect(start).rejects.toThrow(RouteLoadError);
  await expect(start).rejects.toThrow(/empty\.mjs: it exports no route/);
});

test('the error for two files with the same path names both', async () => {
  await using dir = await makeFolder({ 'users.mjs': answering(1), 'users/index.mjs': answering(2) });
  const start = startTestServer({ routesDir: dir.path });
  await expect(start).rejects.toThrow(RouteConflictError);
  for (const file of ['users.mjs', path.join('users', 'index.mjs')])
    await expect(start).rejects.toThrow(file);
});

test.each(['initialize', 'onServerStart'] as const)(
  'a plugin that fails in %s undoes the start',
  async (hook) => {
    const terminate = vi.fn();
    const before = createPlugin('before', '1.0.0', () => ({ terminate }));
    const broken = createPlugin('broken', '1.0.0', () => ({
      [hook]: () => Promise.reject(new Error('no luck')),
    }));
    const start = startTestServer({ plugins: [before, broken], http2: { enabled: false } });
    await expect(start).rejects.toThrow(`Plugin "broken" failed in ${hook}: no luck`);
    expect(terminate).toHaveBeenCalledOnce();
  },
);

test('a client gets problem details that name the request', async () => {
  await using app = await startTestServer();
  for (const client of [app.http1, app.http2]) {
    const response = await client.request('/nothing', { headers: { 'x-correlation-id': 'abc-1' } });
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({
      status: 404,
      title: 'Not Found',
      detail: expect.stringContaining('/nothing'),
      correlationId: 'abc-1',
    });
  }
});
