import { createServer, type Server, type ServerOptions } from 'blaizejs';
import { createClient, startTestServer } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { gate } from './gate.ts';

const quiet: ServerOptions = { port: 0, routesDir: false, logger: false, watch: false, handleSignals: false };

function make(options: Partial<ServerOptions> = {}): Server {
  const server = createServer({ ...quiet, ...options });
  server.router.addRoute('GET', '/', { handler: () => 'hello' });
  return server;
}

test('listen() resolves with the server, once it serves requests over both protocols', async () => {
  const server = make();
  expect(await server.listen()).toBe(server);
  expect(server.port).toBeGreaterThan(0);

  for (const protocol of ['http1', 'http2'] as const) {
    await using client = createClient(`https://localhost:${server.port}`, { protocol });
    expect(await (await client.request('/')).text()).toBe('hello');
  }
  await server.close();
});

test('port and host can be given to listen() instead', async () => {
  const server = make({ port: 3000, http2: { enabled: false } });
  await server.listen(0, '0.0.0.0');
  expect(server.host).toBe('0.0.0.0');
  expect(server.port).not.toBe(3000);
  expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe('hello');
  await server.close();
});

test('the arguments of listen() are checked like options', async () => {
  await expect(make().listen(-1)).rejects.toThrow(/port: expected .*, received -1/);
});

test('a listening server refuses to listen again, and keeps serving', async () => {
  const server = make({ http2: { enabled: false } });
  await server.listen();
  await expect(server.listen()).rejects.toThrow(/is already listening on http:\/\/localhost:\d+/);
  expect((await fetch(`http://localhost:${server.port}/`)).status).toBe(200);
  await server.close();
});

test('listen() rejects for a port in use, and close() works afterwards', async () => {
  await using first = await startTestServer({ http2: { enabled: false } });
  const second = make({ port: first.server.port, http2: { enabled: false } });
  await expect(second.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await second.close();
});

test('the port is free as soon as close() resolves', async () => {
  const first = make();
  await first.listen();
  const { port } = first;
  await first.close();

  const second = make({ port });
  await second.listen();
  expect(second.port).toBe(port);
  await second.close();
});

test('close() can be called twice, even concurrently, and on a server that never listened', async () => {
  const server = make();
  await server.listen();
  await Promise.all([server.close(), server.close()]);
  await server.close();
  await make().close();
});

test('a closed server cannot listen again', async () => {
  const server = make();
  await server.listen();
  await server.close();
  await expect(server.listen()).rejects.toThrow(/was closed/);
});

test.each(['http1', 'http2'] as const)('close() waits for a request in flight: %s', async (protocol) => {
  await using app = await startTestServer();
  const slow = gate();
  app.server.router.addRoute('GET', '/slow', { handler: slow.handler });

  const pending = app[protocol].request('/slow');
  await slow.entered;
  const closing = app.server.close();
  slow.open();

  expect(await (await pending).text()).toBe('done');
  await closing;
});

test.each(['http1', 'http2'] as const)(
  'close() cuts off remaining requests at its timeout: %s',
  async (protocol) => {
    await using app = await startTestServer();
    const stuck = gate();
    app.server.router.addRoute('GET', '/stuck', { handler: stuck.handler });

    const cut = expect(app[protocol].request('/stuck')).rejects.toThrow();
    await stuck.entered;
    await app.server.close({ timeout: 100 });
    await cut;
    stuck.open();
  },
);

test('an idle keep-alive connection does not delay close()', async () => {
  await using app = await startTestServer();
  await (await app.http1.request('/')).text();
  await (await app.http2.request('/')).text();
  // The test would time out if close() waited for the keep-alive timeout.
  await app.server.close({ timeout: 600_000 });
});
