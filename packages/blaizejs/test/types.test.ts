/** Types of the public API: `tsc` checks this file, running it only shows that it loads. */
import type { Server as HttpServer } from 'node:http';
import type { Http2SecureServer } from 'node:http2';

import {
  compose,
  createApp,
  createGetRoute,
  createMiddleware,
  createPlugin,
  createPostRoute,
  createRoutes,
  createServer,
  type AnyContext,
  type CloseOptions,
  type Middleware,
  type Plugin,
  type PluginTarget,
  type Router,
  type Server,
  type ServerOptions,
  type ServicesOf,
  useContext,
} from 'blaizejs';
import type { Server as SharedServer } from 'blaizejs/types';
import type { Server as ServerOfItsPackage } from 'blaizejs/server';
import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';

interface Db {
  find(id: number): string;
}
const db: Db = { find: (id) => `#${id}` };

const database = createPlugin('database', '1.0.0', (_server, options: { url: string }) => {
  expectTypeOf(options.url).toBeString();
  return { services: { db }, terminate: () => undefined };
});

declare module 'blaizejs' {
  interface Services extends ServicesOf<typeof database> {}
  interface State {
    requestStarted: number;
  }
}

// Never called, only compiled.
const compiled = (_body: () => unknown): void => undefined;

test('options', () => {
  expectTypeOf<ServerOptions>().pick('routesDir').toEqualTypeOf<{ routesDir: string | false }>();
  expectTypeOf<ServerOptions['port']>().toEqualTypeOf<number | undefined>();
  // From the environment, also under exactOptionalPropertyTypes.
  expectTypeOf<{ routesDir: string; http2: { keyFile: string | undefined } }>().toExtend<ServerOptions>();

  compiled(() => {
    createServer({ routesDir: './routes', http2: { enabled: true }, middleware: [], plugins: [] });
    // @ts-expect-error routesDir is missing
    createServer({ port: 1 });
    // @ts-expect-error there is no such option
    createServer({ routesDir: './routes', prot: 1 });
    // @ts-expect-error there is no such option in http2
    createServer({ routesDir: './routes', http2: { keyfile: './key.pem' } });
    // @ts-expect-error a port is a number
    createServer({ routesDir: './routes', port: '3000' });
    // @ts-expect-error middleware is a function or what createMiddleware() gave
    createServer({ routesDir: './routes', middleware: [42] });
  });
});

test('the server', () => {
  compiled(() => {
    const servers: Server[] = [createServer(undefined as ServerOptions | undefined)];
    servers.push(createServer({ routesDir: false, middleware: [(_ctx, next) => next()] }));
    return servers;
  });
  expectTypeOf<Server>().toEqualTypeOf<SharedServer>();
  expectTypeOf<Server>().toEqualTypeOf<ServerOfItsPackage>();
  expectTypeOf<Server['port']>().toBeNumber();
  expectTypeOf<Server['host']>().toBeString();
  expectTypeOf<Server['server']>().toEqualTypeOf<HttpServer | Http2SecureServer>();
  expectTypeOf<Server['middleware']>().toEqualTypeOf<readonly Middleware[]>();
  expectTypeOf<Server['plugins']>().toEqualTypeOf<readonly Plugin[]>();
  expectTypeOf<Server['router']>().toEqualTypeOf<Router>();
  expectTypeOf<Server['listen']>().toBeCallableWith(8080, '0.0.0.0');
  expectTypeOf<Server['close']>().parameters.toEqualTypeOf<[options?: CloseOptions]>();
  expectTypeOf<Server['close']>().toBeCallableWith({
    timeout: 1,
    onStopping: async () => {},
    onStopped: () => {},
  });

  compiled(() => {
    const server = createServer({ routesDir: false });
    // @ts-expect-error the port is told by options and listen(), not set
    server.port = 1;
    // @ts-expect-error there is no such hook
    void server.close({ onStop: () => undefined });
  });
});

test('events', () => {
  compiled(() => {
    const { events } = createServer({ routesDir: false });
    events.on('routes:loaded', (count) => expectTypeOf(count).toBeNumber());
    events.on('routes:reloaded', (count) => expectTypeOf(count).toBeNumber());
    events.on('error', (error) => expectTypeOf(error).toEqualTypeOf<Error>());
    events.on('stopping', async () => {});
    events.on('started', (...args) => expectTypeOf(args).toEqualTypeOf<[]>());
    // @ts-expect-error there is no such event
    events.on('start', () => {});
    // @ts-expect-error nothing is given to listeners of this one
    events.once('stopped', (reason: string) => reason);
  });
});

test('plugins', () => {
  const plain = createPlugin(
    'plain',
    '1.0.0',
    (server) => expectTypeOf(server).toEqualTypeOf<PluginTarget>() as never,
  );
  expectTypeOf(plain).toExtend<Plugin>();
  const cache = createPlugin(
    'cache',
    '1.0.0',
    async (server, { ttl, prefix }: { ttl: number; prefix: string }) => ({
      services: { cache: { ttl, prefix, port: server.port } },
    }),
    { ttl: 60, prefix: 'c:' },
  );
  expectTypeOf(cache).toBeCallableWith();
  expectTypeOf(cache).toBeCallableWith({ ttl: 300 });
  expectTypeOf<ServicesOf<typeof cache>>().toEqualTypeOf<{
    cache: { ttl: number; prefix: string; port: number | undefined };
  }>();
  expectTypeOf<ServicesOf<typeof database>>().toEqualTypeOf<{ db: Db }>();

  compiled(() => {
    const server = createServer({
      routesDir: false,
      plugins: [plain, cache, cache({ ttl: 1 }), database({ url: 'x' })],
    });
    void server.register(plain());
    // @ts-expect-error without defaults it has to be called with its options first
    void server.register(database);
    // @ts-expect-error without defaults it has to be called here too
    createServer({ routesDir: false, plugins: [database] });
    // @ts-expect-error its option is missing
    database({});
    // @ts-expect-error this is no option of it
    cache({ tll: 1 });
    // @ts-expect-error defaults have all options
    createPlugin('bad', '1.0.0', (_server, _options: { a: number; b: number }) => {}, { a: 1 });
  });
});

test('services and state reach contexts by declaration', () => {
  createGetRoute({
    handler: (ctx) => {
      expectTypeOf(ctx.services.db).toEqualTypeOf<Db>();
      expectTypeOf(ctx.state.requestStarted).toBeNumber();
      // @ts-expect-error nobody provides it
      return ctx.services.cache;
    },
  });
  createMiddleware((ctx, next) => {
    expectTypeOf(ctx.services.db).toEqualTypeOf<Db>();
    return next();
  });
  compiled(() => expectTypeOf(useContext().services.db).toEqualTypeOf<Db>());
});

test("a route's own middleware adds to its state", () => {
  const user = createMiddleware<{ user: { name: string } }>((ctx, next) => {
    ctx.state.user = { name: 'Ada' };
    return next();
  });
  const tenant = createMiddleware<{ tenant: string }>({ name: 'tenant', handler: (_ctx, next) => next() });
  createGetRoute({
    middleware: [user, (_ctx, next) => next(), tenant],
    handler: ({ state }) => {
      expectTypeOf(state.user).toEqualTypeOf<{ name: string }>();
      expectTypeOf(state.tenant).toBeString();
      expectTypeOf(state.requestStarted).toBeNumber();
      // @ts-expect-error no middleware adds it
      return state.session;
    },
  });
});

test('composed middleware adds the state of all its parts, which may need that of earlier ones', () => {
  const withUser = createMiddleware<{ user: string }>((_ctx, next) => next());
  const withRole = createMiddleware<{ role: 'admin' }, { user: string }>((ctx, next) => {
    expectTypeOf(ctx.state.user).toBeString();
    ctx.state.role = 'admin';
    return next();
  });
  compiled(() =>
    createGetRoute({
      middleware: [compose([withUser, withRole]), (_ctx, next) => next()],
      handler: ({ state }) => {
        expectTypeOf(state.user).toBeString();
        expectTypeOf(state.role).toEqualTypeOf<'admin'>();
        return state.user;
      },
    }),
  );
});

test('middleware must come after the middleware that it needs', () => {
  const withUser = createMiddleware<{ user: string }>((_ctx, next) => next());
  const withRole = createMiddleware<{ role: string }, { user: string }>((_ctx, next) => next());
  compiled(() => {
    createServer({ routesDir: false, middleware: [withUser, (_ctx, next) => next(), withRole] });
    createApp({ middleware: [withUser, compose([withRole])] });
    // Includes the declarations of `State`.
    const timed = createMiddleware<unknown, { requestStarted: number }>((_ctx, next) => next());
    createGetRoute({ middleware: [timed], handler: () => 1 });
    // @ts-expect-error nothing adds the user
    createGetRoute({ middleware: [withRole], handler: () => 1 });
    // @ts-expect-error nothing adds the user
    createGetRoute({ middleware: [compose([withRole])], handler: () => 1 });
    // @ts-expect-error it comes too late
    createGetRoute({ middleware: [compose([withRole, withUser])], handler: () => 1 });
    // @ts-expect-error nothing adds the user
    createServer({ routesDir: false, middleware: [withRole] });
    // @ts-expect-error it comes too late
    createServer({ routesDir: false, middleware: [compose([withRole]), withUser] });
    // @ts-expect-error nothing adds the user
    createApp({ middleware: [withRole] });
  });
});

test('routes of a server or app have its services and state', () => {
  const withUser = createMiddleware<{ user: string }>((_ctx, next) => next());
  const withRole = createMiddleware<{ role: string }, { user: string }>((_ctx, next) => next());
  const mail = createPlugin('mail', '1.0.0', () => ({
    services: { mail: { send: () => 1 } },
    perRequest: { outbox: () => [1] },
  }));
  const server = createServer({ routesDir: false, middleware: [withUser], plugins: [mail] });
  const app = createApp({ middleware: [withUser], plugins: [mail] });
  const routes = createRoutes<typeof server>();
  // They are the same functions.
  expect(routes).toEqual(createRoutes<typeof app>());
  expect(routes.createGetRoute).toBe(createGetRoute);

  routes.createGetRoute({
    middleware: [withRole],
    handler: ({ services, state }) => {
      expectTypeOf(services.mail.send).returns.toBeNumber();
      expectTypeOf(services.outbox).toEqualTypeOf<number[]>();
      expectTypeOf(services.db).toEqualTypeOf<Db>();
      expectTypeOf(state.user).toBeString();
      expectTypeOf(state.role).toBeString();
      expectTypeOf(state.requestStarted).toBeNumber();
      return 1;
    },
  });
  compiled(() => {
    expectTypeOf(server.services.mail.send()).toBeNumber();
    const anyServer: Server = server;
    app.router.addRoute('GET', '/', { handler: ({ state }) => state.user });
    return anyServer;
  });
});

test('helpers take any context', () => {
  const audit = ({ request, state }: AnyContext): unknown => {
    // Hooks may run before the middleware that sets it.
    expectTypeOf(state.requestStarted).toEqualTypeOf<number | undefined>();
    return request.params;
  };
  compiled(() => audit(useContext()));
  createPostRoute({
    schema: {
      params: z.object({ id: z.coerce.number() }),
      body: z.string(),
      response: { 200: z.string(), 404: z.null() },
    },
    handler: (ctx) => {
      audit(ctx);
      return ctx.request.body;
    },
  });
  createMiddleware<{ user: string }>({ onSend: (ctx) => audit(ctx), onRequest: (ctx) => void audit(ctx) });
});

test('a route added in code is checked like one in a file', () => {
  const { router } = createServer({ routesDir: false });
  const schema = { response: z.object({ id: z.number() }) };
  compiled(() => router.addRoute('GET', '/a', { schema, handler: () => ({ id: 1 }) }));
  // @ts-expect-error -- an id is a number
  compiled(() => router.addRoute('GET', '/b', { schema, handler: () => ({ id: '1' }) }));
  // @ts-expect-error -- nothing is returned
  compiled(() => router.addRoute('GET', '/c', { schema, handler: () => undefined }));
});

test('schemas type the request and the allowed answers', () => {
  const route = createPostRoute({
    schema: {
      params: z.object({ id: z.coerce.number() }),
      query: z.object({ deep: z.stringbool().default(false) }),
      body: z.object({ name: z.string() }),
      response: z.object({ id: z.number() }),
    },
    handler: ({ request }) => {
      expectTypeOf(request.params).toEqualTypeOf<{ id: number }>();
      expectTypeOf(request.query).toEqualTypeOf<{ deep: boolean }>();
      expectTypeOf(request.body).toEqualTypeOf<{ name: string }>();
      return { id: request.params.id };
    },
  });
  expectTypeOf(route.method).toEqualTypeOf<'POST'>();

  compiled(() => {
    // @ts-expect-error the response schema wants a number
    createGetRoute({ schema: { response: z.object({ id: z.number() }) }, handler: () => ({ id: 'one' }) });
    // @ts-expect-error a GET has no body to check
    createGetRoute({ schema: { body: z.string() }, handler: () => 'x' });
  });
});
