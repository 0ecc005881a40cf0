import { EventEmitter, once } from 'node:events';
import { createServer as createNetServer, type AddressInfo } from 'node:net';

import { createApp } from '@blaizejs/app';
import { createPlugin } from '@blaizejs/plugins';
import { createClient, startTestServer } from '@blaizejs/testing';
import type { Server } from '@blaizejs/types';
import { describe, expect, test } from 'vitest';

import { createServer } from '../../src/index.ts';

const QUIET = { port: 0, routesDir: false, logger: false, handleSignals: false } as const;
const never = (): Promise<never> => new Promise(() => undefined);

function happens(server: Server, event: 'closing' | 'draining' | 'stopped'): Promise<unknown> {
  return new Promise<void>((resolve) => server.events.once(event, () => resolve()));
}

async function get(url: string | undefined, path = '/'): Promise<string> {
  await using client = createClient(url ?? '', { protocol: 'http1' });
  const response = await client.request(path);
  return await response.text();
}

async function takenPort(): Promise<{ port: number; free: () => Promise<unknown> }> {
  const other = createNetServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as AddressInfo;
  return { port, free: () => new Promise((resolve) => other.close(resolve)) };
}

describe('an endpoint', () => {
  test.each(['setup', 'onServerStart'])(
    'that a plugin adds in %s has its certificate and its app',
    async (hook) => {
      const app = createApp({ logger: false });
      app.router.addRoute('GET', '/', { handler: () => 'its own' });
      const plugin = createPlugin('own-port', '1.0.0', async (server) => {
        const add = () => server.addEndpoint?.({ port: 0, app });
        if (hook === 'setup') await add();
        return hook === 'setup' ? {} : { onServerStart: add };
      });
      await using server = createServer({ ...QUIET, plugins: [plugin] });
      await server.listen();
      expect(await get(server.addresses[1]?.url)).toBe('its own');
    },
  );

  test('that was added before listen() is there when it is tried again, and one of a plugin once', async () => {
    const { port, free } = await takenPort();
    const plugin = createPlugin('own-port', '1.0.0', async (server) => {
      await server.addEndpoint?.({ port: 0, tls: false });
    });
    await using server = createServer({ ...QUIET, plugins: [plugin] });
    await server.addEndpoint({ port, host: '127.0.0.1', tls: false });
    for (let i = 0; i < 20; i++) await expect(server.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await free();
    await server.listen();
    const first = server.addresses.filter(({ host }) => host !== '::1');
    expect(first.map((address) => address.port === port)).toEqual([false, true, false]);
  });

  test('that does not get its port is forgotten, with its app', async () => {
    const { port, free } = await takenPort();
    const app = createApp({ logger: false });
    await using server = await createServer(QUIET).listen();
    const options = { port, host: '127.0.0.1', tls: false, app } as const;
    await expect(server.addEndpoint(options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(server.addresses.filter(({ host }) => host !== '::1')).toHaveLength(1);
    await server.close();
    expect((await app.fetch(new Request('http://localhost/'))).status).toBe(404);
    await free();
  });

  test('is not added to a server that stops', async () => {
    await using server = await createServer({ ...QUIET, drainDelay: 20 }).listen();
    const isClosed = { code: 'ERR_BLAIZE_SERVER_STATE' };
    const begun = new EventEmitter();
    const isBegun = once(begun, 'begun');
    const plugin = createPlugin('slow', '1.0.0', async () => {
      begun.emit('begun');
      await happens(server, 'closing');
    });
    const app = createApp({ logger: false, plugins: [plugin] });
    // Its socket would be bound when the server has begun to stop.
    const before = expect(server.addEndpoint({ port: 0, tls: false, app })).rejects.toMatchObject(isClosed);
    await isBegun;
    const closed = server.close();
    const meanwhile = expect(server.addEndpoint({ port: 0, tls: false })).rejects.toMatchObject(isClosed);
    await Promise.all([before, meanwhile, closed]);
    expect(server.addresses).toEqual([]);
  });
});

describe('a stop', () => {
  test('calls its hooks once, and lets apps of endpoints end what they stream', async () => {
    const app = createApp({ logger: false });
    const order: string[] = [];
    app.router.addRoute('GET', '/events', {
      handler: ({ response }) =>
        response.type('text/event-stream').stream(
          (async function* () {
            yield 'data: 1\n\n';
            await never();
          })(),
        ),
    });
    app.events.on('draining', () => void order.push('draining'));
    app.events.on('stopping', () => void order.push('stopping'));
    const server = createServer({
      ...QUIET,
      shutdownTimeout: 60_000,
      endpoints: [{ port: 0, tls: false, app }],
    });
    await server.listen();
    await using client = createClient(server.addresses[1]?.url ?? '', { protocol: 'http1' });
    const text = (await client.request('/events')).text();
    await server.close({
      onStopping: () => void order.push('onStopping'),
      onStopped: () => void order.push('onStopped'),
    });
    expect(await text).toBe('data: 1\n\n');
    expect(order).toEqual(['draining', 'onStopping', 'stopping', 'onStopped']);
    await expect(app.fetch(new Request('http://localhost/'))).rejects.toMatchObject({
      code: 'ERR_BLAIZE_SERVER_STATE',
    });
  });

  test('ends event streams that begin after others were told to end', async () => {
    await using app = await startTestServer({ shutdownTimeout: 60_000 });
    const arrived = new EventEmitter();
    app.server.router.addRoute('GET', '/events', {
      handler: async ({ response }) => {
        arrived.emit('request');
        await happens(app.server, 'draining');
        return response.type('text/event-stream').stream(
          (async function* () {
            yield 'data: 1\n\n';
            await never();
          })(),
        );
      },
    });
    const isThere = once(arrived, 'request');
    const text = app.http2.request('/events').then((response) => response.text());
    await isThere;
    await app.server.close();
    expect(['', 'data: 1\n\n']).toContain(await text);
  });

  test('by the signal of listen() ends a start that would not', async () => {
    const controller = new AbortController();
    const plugin = createPlugin('hangs', '1.0.0', () => {
      setImmediate(() => controller.abort());
      return never();
    });
    const server = createServer({ ...QUIET, plugins: [plugin], shutdownTimeout: 50 });
    const stopped = happens(server, 'stopped');
    void server.listen({ signal: controller.signal });
    await stopped;
    await server.close();
    expect(server.state).toBe('closed');
  });
});

test('an app is served by all its plugins, or not at all', async () => {
  let isStarted = false;
  const slow = createPlugin('slow', '1.0.0', () => ({
    onServerStart: async () => {
      await new Promise(setImmediate);
      isStarted = true;
    },
  }));
  await using app = createApp({ logger: false, plugins: [slow] });
  app.router.addRoute('GET', '/', { handler: () => String(isStarted) });
  const fetched = [1, 2].map(() => app.fetch(new Request('http://localhost/')));
  expect(await Promise.all(fetched.map(async (response) => (await response).text()))).toEqual([
    'true',
    'true',
  ]);

  const fails = createPlugin('fails', '1.0.0', () => ({
    onServerStart: () => Promise.reject(new Error('no')),
  }));
  await using broken = createApp({ logger: false, plugins: [fails] });
  for (let i = 0; i < 2; i++) {
    await expect(broken.fetch(new Request('http://localhost/'))).rejects.toThrow('fails');
  }
});
