import { createServer as createNetServer, type AddressInfo, type Server as NetServer } from 'node:net';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { createApp } from '@blaizejs/app';
import { createPlugin } from '@blaizejs/plugins';
import { createClient, startTestServer } from '@blaizejs/testing';
import type { EndpointOptions } from '@blaizejs/types';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { temporaryFolder } from '../../../../tooling/test/folder.ts';
import { createServer } from '../../src/index.ts';

const QUIET = { port: 0, routesDir: false, logger: false, handleSignals: false } as const;

describe('a port that is taken', () => {
  let other: NetServer;
  let port: number;
  beforeEach(async () => {
    other = createNetServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    port = (other.address() as AddressInfo).port;
  });
  afterEach(() => void other.close());

  test.each([true, false])(
    'is an error after which listen() may be tried again, HTTP/2 %s',
    async (enabled) => {
      let setUps = 0;
      const plugin = createPlugin('routes', '1.0.0', (server) => {
        setUps += 1;
        server.use((ctx, next) => {
          ctx.response.append('x-passed', String(setUps));
          return next();
        });
        server.router.addRoute('GET', '/', { handler: () => `set up ${setUps} times` });
        server.mount('/mounted', () => new Response('mounted'));
        return { services: { setUps } };
      });
      const server = createServer({ ...QUIET, http2: { enabled }, plugins: [plugin] });
      server.router.addRoute('GET', '/own', { handler: () => 'own' });
      await expect(server.listen(port, '127.0.0.1')).rejects.toMatchObject({ code: 'EADDRINUSE', port });
      expect(server.state).toBe('new');
      expect(server.router.routes.map(({ pattern }) => pattern)).toEqual(['/own']);
      expect(server.middleware).toEqual([]);
      await server.listen(0, '127.0.0.1');
      const client = createClient(server.url, { protocol: enabled ? 'http2' : 'http1' });
      const response = await client.request('/');
      expect([await response.text(), response.headers.get('x-passed')]).toEqual(['set up 2 times', '2']);
      expect(await (await client.request('/own')).text()).toBe('own');
      await client.close();
      await server.close();
    },
  );

  test('of a second endpoint undoes the first', async () => {
    const server = createServer({ ...QUIET, endpoints: [{ port, host: '127.0.0.1', tls: false }] });
    await expect(server.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(server.addresses).toEqual([]);
    other.close();
    await once(other, 'close');
    await server.listen();
    expect(server.addresses.filter(({ host }) => host !== '::1')).toHaveLength(2);
    await server.close();
  });
});

test('a server whose plugin fails is closed', async () => {
  const plugin = createPlugin('fails', '1.0.0', () => {
    throw new Error('no database');
  });
  const server = createServer({ ...QUIET, plugins: [plugin] });
  await expect(server.listen()).rejects.toThrow('no database');
  expect(server.state).toBe('closed');
  await expect(server.listen()).rejects.toMatchObject({ code: 'ERR_BLAIZE_SERVER_STATE' });
});

test('listens on a Unix domain socket', async () => {
  const folder = await temporaryFolder();
  const socketPath = path.join(folder, 'app.sock');
  const server = createServer({ ...QUIET, tls: false });
  server.router.addRoute('GET', '/', { handler: () => 'over a path' });
  await server.listen({ path: socketPath });
  expect(server.addresses).toMatchObject([{ path: socketPath, port: undefined }]);
  const sent = request({ socketPath, path: '/' }).end();
  const [response] = (await once(sent, 'response')) as [NodeJS.ReadableStream];
  expect(await text(response)).toBe('over a path');
  await server.close();
});

test('a path or descriptor that can not be had is an error that says so', async () => {
  const folder = await temporaryFolder();
  const stale = path.join(folder, 'stale.sock');
  await writeFile(stale, '');
  const server = createServer({ ...QUIET, tls: false });
  await expect(server.listen({ path: stale })).rejects.toThrow(`${stale} exists already.`);
  await expect(server.listen({ path: path.join(folder, 'none', 'a.sock') })).rejects.toThrow(
    'its folder does not exist',
  );
  await expect(server.listen({ fd: 9999 })).rejects.toThrow('Cannot listen on file descriptor 9999');
  await server.listen({ path: path.join(folder, 'a.sock') });
  await server.close();
});

test('aborting the signal of listen() closes the server', async () => {
  const controller = new AbortController();
  const server = createServer(QUIET);
  await server.listen({ signal: controller.signal });
  const stopped = new Promise((resolve) => server.events.once('stopped', () => resolve('stopped')));
  controller.abort();
  expect(await stopped).toBe('stopped');
  await server.close();
  expect(server.state).toBe('closed');
});

test('a signal that is aborted already starts nothing', async () => {
  const server = createServer(QUIET);
  await expect(server.listen({ signal: AbortSignal.abort() })).rejects.toThrow();
  expect(server.addresses).toEqual([]);
});

describe('endpoints', () => {
  test('serve the same app, another app, or a redirect, on sockets of their own', async () => {
    const metrics = createApp({ logger: false });
    metrics.router.addRoute('GET', '/metrics', { handler: () => 'up 1' });
    const server = createServer({
      ...QUIET,
      endpoints: [
        { port: 0, redirect: true },
        { port: 0, tls: false },
        { port: 0, tls: false, app: metrics },
      ],
    });
    server.router.addRoute('GET', '/a', { handler: ({ request }) => request.url.protocol });
    await server.listen();
    expect(server.addresses.slice(0, 4)).toMatchObject([
      { protocols: ['HTTP/2', 'HTTP/1.1'] },
      { protocols: ['HTTP/2', 'HTTP/1.1'] },
      { protocols: ['HTTP/2', 'HTTP/1.1'] },
      { protocols: ['HTTP/2', 'HTTP/1.1'] },
    ]);
    const [main, redirect, plain, other] = server.addresses.map(({ url }) => url) as [
      string,
      string,
      string,
      string,
    ];
    const clients = [main, redirect, plain, other].map((url) => createClient(url, { protocol: 'http1' }));
    const get = async (index: number, target: string): Promise<Response> =>
      (clients[index] as (typeof clients)[number]).request(target);
    expect(await (await get(0, '/a')).text()).toBe('https:');
    const moved = await get(1, '/a?b=%20c');
    expect([moved.status, moved.headers.get('location')]).toEqual([308, `${main}/a?b=%20c`]);
    expect(await (await get(2, '/a')).text()).toBe('http:');
    expect((await get(2, '/metrics')).status).toBe(404);
    expect(await (await get(3, '/metrics')).text()).toBe('up 1');
    expect((await get(3, '/a')).status).toBe(404);
    await Promise.all(clients.map((client) => client.close()));
    await server.close();
    await expect(metrics.fetch(new Request('http://localhost/metrics'))).rejects.toMatchObject({
      code: 'ERR_BLAIZE_SERVER_STATE',
    });
  });

  test.each([
    ['a redirect', (): Partial<EndpointOptions> => ({ redirect: true })],
    ['another app', (): Partial<EndpointOptions> => ({ tls: false, app: createApp({ logger: false }) })],
  ])('count what they refuse in limitHits: %s', async (_name, options) => {
    await using app = await startTestServer({
      endpoints: [{ port: 0, ...options() }],
      limits: { maxHeadersCount: 10 },
    });
    const client = createClient(app.server.addresses[1]?.url ?? '', { protocol: 'http1' });
    const headers = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`x-${i}`, 'x']));
    expect((await client.request('/', { headers })).status).toBe(431);
    expect(app.server.limitHits.maxHeadersCount).toBe(1);
    await client.close();
  });

  test('are added while the server listens', async () => {
    await using app = await startTestServer();
    app.server.router.addRoute('GET', '/', { handler: () => 'hello' });
    await app.server.addEndpoint({ port: 0, tls: false });
    const url = app.server.addresses[1]?.url ?? '';
    const client = createClient(url, { protocol: 'http1' });
    expect(await (await client.request('/')).text()).toBe('hello');
    await client.close();
    // @ts-expect-error -- there is no such option
    await expect(app.server.addEndpoint({ port: 0, redirct: true })).rejects.toThrow('redirect');
  });
});
