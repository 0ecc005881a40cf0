import { Server as HttpServer } from 'node:http';

import { createMiddleware, createPlugin, createServer } from 'blaizejs';
import { startTestServer } from 'blaizejs/testing';
import { expect, test } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { answering } from './project.ts';

const header = (name: string) =>
  createMiddleware({
    name,
    handler: (ctx, next) => {
      ctx.response.header('x-passed', [ctx.response.get('x-passed') ?? [], name].flat());
      return next();
    },
  });

test("server is Node's own server, of the right class", async () => {
  await using secure = await startTestServer();
  expect(secure.server.server.constructor.name).toContain('Http2');
  expect(secure.server.server.listening).toBe(true);

  await using plain = await startTestServer({ http2: { enabled: false } });
  expect(plain.server.server).toBeInstanceOf(HttpServer);
});

test('use() accepts one middleware or a list, and registers in order', async () => {
  await using app = await startTestServer({ middleware: [header('first')] });
  app.server.router.addRoute('GET', '/', { handler: () => 'hello' });
  const { server } = app;

  expect(server.use(header('second'))).toBe(server);
  server.use([
    header('third'),
    function fourth(_ctx, next) {
      return next();
    },
  ]);

  expect(server.middleware.map(({ name }) => name)).toEqual(['first', 'second', 'third', 'fourth']);
  const response = await app.http2.request('/');
  expect(response.headers.get('x-passed')).toBe('first, second, third');
});

test('register() sets up a plugin at once, and starts it if the server is listening', async () => {
  const seen: string[] = [];
  const told = (name: string) =>
    createPlugin(name, '1.0.0', () => {
      seen.push(`${name} set up`);
      return {
        onServerStart: () => seen.push(`${name} started`),
        terminate: () => seen.push(`${name} ended`),
      };
    });
  const server = createServer({
    port: 0,
    routesDir: false,
    logger: false,
    watch: false,
    handleSignals: false,
  });

  expect(await server.register(told('early'))).toBe(server);
  expect(seen).toEqual(['early set up']);
  await server.listen();
  await server.register(told('late'));
  expect(server.plugins.map(({ name, version }) => `${name}@${version}`)).toEqual([
    'early@1.0.0',
    'late@1.0.0',
  ]);
  await server.close();

  expect(seen).toEqual([
    'early set up',
    'early started',
    'late set up',
    'late started',
    'late ended',
    'early ended',
  ]);
});

test('a plugin gets its options, or its defaults', async () => {
  const seen: number[] = [];
  const cache = createPlugin('cache', '1.0.0', (_server, { ttl }: { ttl: number }) => void seen.push(ttl), {
    ttl: 60,
  });
  await using app = await startTestServer({ plugins: [cache] });
  await app.server.register({ ...cache({ ttl: 300 }), name: 'cache-2' });
  expect(seen).toEqual([60, 300]);
});

test('handlers get the services of plugins', async () => {
  const greeter = createPlugin('greeter', '1.0.0', () => ({
    services: { greet: (name: string) => `Hi ${name}` },
  }));
  await using app = await startTestServer({ plugins: [greeter] });
  app.server.router.addRoute('GET', '/hi', {
    handler: (ctx) => (ctx.services as unknown as { greet(name: string): string }).greet('Ada'),
  });
  expect(await (await app.http1.request('/hi')).text()).toBe('Hi Ada');
});

test('the router lists the routes', async () => {
  await using dir = await makeFolder({ 'index.mjs': answering(1), 'users/[id].mjs': answering(2) });
  await using app = await startTestServer({ routesDir: dir.path });
  app.server.router.addRoute('DELETE', '/users/:id', { handler: () => undefined });

  expect(app.server.router.routes.map(({ method, pattern }) => `${method} ${pattern}`)).toEqual([
    'GET /',
    'DELETE /users/:id',
    'GET /users/:id',
  ]);
});
