import type { Client } from '@libsql/client';
import { createServer, type Server } from 'blaizejs';
import { inject } from 'blaizejs/testing';
import { describe, expect, onTestFinished, test } from 'vitest';

import { app } from '../src/app.ts';
import { startApp, temporaryDatabase } from './app.ts';

test('the page is HTML, and allows no script but its own', async () => {
  const { http1, http2 } = await startApp();
  for (const client of [http1, http2]) {
    const response = await client.request('/');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    const html = await response.text();
    expect(html).toContain('<title>Bookmarks</title>');
    expect(html).not.toMatch(/\son\w+=|<style|style=/);

    const assets = [...html.matchAll(/(?:href|src)="(\/[^"]+)"/g)].map(([, path]) => path!);
    expect(assets).toEqual(['/assets/style.css', '/assets/app.js']);
    const types: (string | null)[] = [];
    for (const path of assets) {
      const asset = await client.request(path);
      expect(await asset.text()).not.toBe('');
      types.push(asset.headers.get('content-type'));
      expect(asset.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(types).toEqual(['text/css; charset=utf-8', 'text/javascript; charset=utf-8']);
  }
});

test('nothing but the page is served', async () => {
  const { http1 } = await startApp();
  const statusOf = async (name: string): Promise<number> => (await http1.request(`/assets/${name}`)).status;
  expect(await statusOf('index.html')).toBe(404);
  expect(await statusOf('constructor')).toBe(404);
  expect(await statusOf('..%2f..%2fpackage.json')).toBe(400);
});

describe('health, without a socket', () => {
  async function start() {
    const server = createServer({
      ...app({ DATABASE_URL: await temporaryDatabase() }),
      logger: false,
      watch: false,
      handleSignals: false,
    });
    onTestFinished(() => server.close());
    return server.ready();
  }

  test('the server is ready while the database answers', async () => {
    expect(await statusesOf(await start())).toEqual({ ready: 200, health: 200 });
  });

  test('without a database, it is well, but gets no requests', async () => {
    const server = await start();
    (server.services as { db: { $client: Client } }).db.$client.close();
    expect(await statusesOf(server)).toEqual({ ready: 503, health: 200 });
  });

  async function statusesOf(server: Server) {
    const [ready, health] = [await inject(server, '/ready'), await inject(server, '/health')];
    return { ready: ready.status, health: health.status };
  }
});

test('what is not there is a 404 with problem details', async () => {
  const { http2 } = await startApp();
  const response = await http2.request('/api/nothing');
  expect(response.status).toBe(404);
  expect(await response.json()).toMatchObject({ title: 'Not Found', status: 404 });
});
