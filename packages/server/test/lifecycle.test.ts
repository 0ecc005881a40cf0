import { createServer as createNetServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';

import { inject, startTestServer } from '@blaizejs/testing';
import type { Plugin } from '@blaizejs/types';
import { useContext } from '@blaizejs/context';
import { describe, expect, test } from 'vitest';

import { createServer } from '../src/index.ts';

const quiet = { port: 0, routesDir: false, logger: false, watch: false, handleSignals: false } as const;
const cleartext = { ...quiet, http2: { enabled: false } } as const;

describe('listen()', () => {
  test('on a listening server rejects and says where it listens', async () => {
    await using app = await startTestServer({ http2: { enabled: false } });
    await expect(app.server.listen()).rejects.toThrow(`is already listening on ${app.url}`);
    expect((await app.http1.request('/')).status).toBe(404);
  });

  test('while starting rejects too', async () => {
    const server = createServer(cleartext);
    const first = server.listen();
    await expect(server.listen()).rejects.toThrow('is already starting');
    await first;
    await server.close();
  });

  test('takes a port and host of its own, and checks them', async () => {
    const server = createServer({ ...cleartext, port: 1 });
    await server.listen(0, '127.0.0.1');
    expect(server.host).toBe('127.0.0.1');
    expect(server.port).toBeGreaterThan(1);
    await server.close();
    await expect(createServer(cleartext).listen(70_000)).rejects.toThrow('received 70000');
  });

  test('rejects when the port is taken, and leaves nothing running', async () => {
    const other = createNetServer().listen(0, 'localhost');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const seen: string[] = [];
    const server = createServer({
      ...cleartext,
      port,
      plugins: [{ name: 'a', version: '1', setup: () => ({ terminate: () => seen.push('terminated') }) }],
    });
    await expect(server.listen()).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(seen).toEqual(['terminated']);
    await server.close();
    other.close();
  });

  test('rejects for a folder of routes that is not there', async () => {
    const server = createServer({ ...cleartext, routesDir: '/nowhere/routes' });
    await expect(server.listen()).rejects.toThrow('Route directory /nowhere/routes: there is no such folder');
  });

  test('a plugin that fails stops the start, undoes those before it, and is named', async () => {
    const seen: string[] = [];
    const plugin = (name: string, fails?: string): Plugin => ({
      name,
      version: '1.0.0',
      setup: () => ({
        initialize: () => {
          if (fails === 'initialize') throw new Error('no database');
          seen.push(`${name} initialized`);
        },
        onServerStart: () => seen.push(`${name} started`),
        terminate: () => seen.push(`${name} terminated`),
      }),
    });
    const server = createServer({
      ...cleartext,
      plugins: [plugin('a'), plugin('b', 'initialize'), plugin('c')],
    });
    await expect(server.listen()).rejects.toThrow('Plugin "b" failed in initialize: no database');
    expect(seen).toEqual(['a initialized', 'c terminated', 'b terminated', 'a terminated']);
    expect(server.server.listening).toBe(false);
  });

  test('announces itself in one line', async () => {
    const lines: string[] = [];
    const log = (fields: unknown, message?: string): number => lines.push(message ?? String(fields));
    const logger = { debug: log, info: log, warn: log, error: log, child: () => logger };
    await using app = await startTestServer({ logger });
    app.server.router.addRoute('GET', '/', { handler: () => 'x' });
    expect(lines).toEqual([
      expect.stringMatching(/^Server running on https:\/\/localhost:\d+ \(0 routes, \d+ ms\)$/),
    ]);
  });
});

describe('a server', () => {
  test('has its defaults before it listens', () => {
    const server = createServer({ routesDir: './routes' });
    expect([server.port, server.host]).toEqual([3000, 'localhost']);
    expect(server.server.constructor.name).toBe('Http2SecureServer');
    expect(createServer({ routesDir: './routes', http2: { enabled: false } }).server.constructor.name).toBe(
      'Server',
    );
  });

  test('takes middleware while it runs, from the next request on', async () => {
    await using app = await startTestServer({ http2: { enabled: false } });
    app.server.router.addRoute('GET', '/', {
      handler: (ctx) => ctx.response.header('x-handler', '1').text('ok'),
    });
    expect((await app.http1.request('/')).headers.get('x-late')).toBeNull();
    app.server.use([
      async (ctx, next) => {
        await next();
        ctx.response.header('x-late', 'yes');
      },
    ]);
    expect((await app.http1.request('/')).headers.get('x-late')).toBe('yes');
    expect(app.server.middleware).toHaveLength(1);
  });

  test('takes a plugin while it runs: it is initialised and started, and its routes and services are there', async () => {
    await using app = await startTestServer({ http2: { enabled: false } });
    const seen: string[] = [];
    await app.server.register({
      name: 'late',
      version: '1.0.0',
      setup: ({ router }) => {
        router.addRoute('GET', '/late', { handler: (ctx) => ctx.services });
        return {
          services: { late: 'service' },
          initialize: () => seen.push('initialize'),
          onServerStart: () => seen.push('start'),
        };
      },
    });
    expect(seen).toEqual(['initialize', 'start']);
    expect(await (await app.http1.request('/late')).json()).toEqual({ late: 'service' });
    expect(app.server.plugins.map(({ name }) => name)).toEqual(['late']);
  });

  test('that never listened gives back what a plugin took, and forgets one that failed', async () => {
    const server = createServer(quiet);
    const seen: string[] = [];
    await server.register({
      name: 'db',
      version: '1',
      setup: () => ({ terminate: () => seen.push('closed') }),
    });
    const failing = { name: 'bad', version: '1', setup: () => Promise.reject(new Error('no')) };
    await expect(server.register(failing)).rejects.toThrow('Plugin "bad" failed in setup: no');
    expect(server.plugins.map(({ name }) => name)).toEqual(['db']);
    await server.close();
    expect(seen).toEqual(['closed']);
  });

  test('closed while it starts comes up first, or fails first', async () => {
    const server = createServer(cleartext);
    const listening = server.listen();
    await server.close();
    await listening;
    expect(server.server.listening).toBe(false);

    const failing = createServer({ ...cleartext, routesDir: '/nowhere' });
    const failed = expect(failing.listen()).rejects.toThrow('/nowhere');
    await failing.close();
    await failed;
  });

  test('tells when a response is over, and with which status', async () => {
    await using app = await startTestServer();
    const seen: unknown[] = [];
    app.server.use(async (ctx, next) => {
      ctx.response.onFinish(({ aborted }) => {
        seen.push([ctx.request.path, ctx.response.statusCode, aborted, useContext() === ctx]);
      });
      await next();
    });
    app.server.router.addRoute('GET', '/ok', { handler: () => 'ok' });
    app.server.router.addRoute('GET', '/crash', { handler: () => Promise.reject(new Error('x')) });
    for (const client of [app.http1, app.http2]) {
      for (const path of ['/ok', '/crash', '/nowhere']) await (await client.request(path)).text();
    }
    await inject(app.server, '/ok');
    await app.server.close();
    const once = [
      ['/ok', 200, false, true],
      ['/crash', 500, false, true],
      ['/nowhere', 404, false, true],
    ];
    expect(seen).toEqual([...once, ...once, ['/ok', 200, false, true]]);
  });

  test('answers in process without listening', async () => {
    const server = createServer(quiet);
    server.router.addRoute('GET', '/', { handler: () => ({ hello: 'you' }) });
    expect(await (await inject(server, '/')).json()).toEqual({ hello: 'you' });
    expect(server.server.listening).toBe(false);
    await server.close();
  });

  test('reports an error to its listeners, and an unheard one to the log', async () => {
    const logged: unknown[] = [];
    const ignore = (): void => undefined;
    const error = (fields: unknown, message?: string): number => logged.push(message ?? fields);
    const logger = { debug: ignore, info: ignore, warn: ignore, error, child: () => logger };
    await using app = await startTestServer({ logger, http2: { enabled: false } });
    app.server.router.addRoute('GET', '/', {
      handler: () => {
        throw new Error('broken');
      },
    });
    expect((await app.http1.request('/')).status).toBe(500);
    expect(logged).toEqual(['broken']);
    const heard: string[] = [];
    app.server.events.on('error', (thrown) => heard.push(thrown.message));
    app.server.events.on('error', () => {
      throw new Error('a listener that fails');
    });
    expect((await app.http1.request('/')).status).toBe(500);
    expect(heard).toEqual(['broken']);
    expect((await app.http1.request('/')).status).toBe(500);
  });
});
