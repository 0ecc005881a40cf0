import { createRoutes } from '@blaizejs/router';
import type { AnyContext, Middleware, Plugin, Server } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';

import { createServer } from './create-server.ts';
import type { ServerOptions } from './options.ts';

declare const requireUser: Middleware<{ user: string }>;
declare const requireAdmin: Middleware<{ role: 'admin' }, { user: string }>;
declare const database: Plugin<{ db: string }>;

const created = createServer({ routesDir: false, plugins: [database], middleware: [requireUser] });
expectTypeOf(created.services.db).toBeString();
let server: Server = created;
server = createServer({ routesDir: './routes' });
declare const options: ServerOptions;
export const plain = [createServer(options), createServer(undefined as ServerOptions | undefined)] as const;
type Plain = (typeof plain)[number];
expectTypeOf<Plain>().toExtend<Server>();
expectTypeOf<Server>().toExtend<Plain>();

// A route's own middleware may need what global middleware adds.
const { createGetRoute } = createRoutes<typeof created>();
export const GET = createGetRoute({ middleware: [requireAdmin], handler: ({ state }) => state.user });
created.router.addRoute('GET', '/', { middleware: [requireAdmin], handler: ({ services }) => services.db });

createServer({
  routesDir: false,
  middleware: [
    requireUser,
    (ctx, next) => {
      expectTypeOf(ctx).toExtend<AnyContext>();
      return next();
    },
    requireAdmin,
  ],
});
// @ts-expect-error -- nothing adds the user
createServer({ routesDir: false, middleware: [requireAdmin] });
// @ts-expect-error -- it comes too late
createServer({ routesDir: false, middleware: [requireAdmin, requireUser] });
// @ts-expect-error -- middleware must not answer with a string
createServer({ routesDir: false, middleware: [() => 'x'] });
// @ts-expect-error -- a plugin is not middleware
createServer({ routesDir: false, middleware: [database] });

// A misspelt key is refused at every depth.
createServer({
  routesDir: false,
  middleware: [requireUser],
  plugins: [database],
  // @ts-expect-error -- `validateResponses`
  validateRespones: 'log',
});
// @ts-expect-error -- `handlerTimeout`
createServer({ routesDir: false, limits: { handlerTimout: 1 } });
// @ts-expect-error -- `keyFile`
createServer({ routesDir: false, http2: { keyFle: 'x' } });
// @ts-expect-error -- `keyFile`
createServer({ routesDir: false, tls: { keyFle: 'x' } });
// @ts-expect-error -- `keyFile`
createServer({ routesDir: false, tls: { sni: { 'a.example': { keyFle: 'x' } } } });
// @ts-expect-error -- `caseSensitive`
createServer({ routesDir: false, router: { casSensitive: true } });
// @ts-expect-error -- `redirect`
createServer({ routesDir: false, endpoints: [{ port: 80, redirct: true }] });
// @ts-expect-error -- `redirect`
void server.addEndpoint({ port: 80, redirct: true });
// @ts-expect-error -- `reusePort`
void server.listen({ port: 0, reuseport: true });
// @ts-expect-error -- `keyFile`
void server.updateTls({ keyFle: 'x' });
// @ts-expect-error -- `timeout`
void server.close({ timout: 1 });
// @ts-expect-error -- `prefix`
void server.router.addRouteDirectory('./routes', { prefx: '/a' });
// @ts-expect-error -- `handlerTimeout`
server.router.addRoute('GET', '/a', { handlerTimout: 1, handler: () => 'x' });
// @ts-expect-error -- `response`
server.router.addRoute('GET', '/a', { schema: { reponse: z.string() }, handler: () => 'x' });
// @ts-expect-error -- `remoteAddress`
void server.fetch(new Request('http://a'), { remoteAdress: '::1' });

export { server };
