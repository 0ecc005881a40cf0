import { createRoutes } from '@blaizejs/router';
import type { AnyContext, Middleware, Plugin, Server } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

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

// What global middleware adds meets the needs of a route's own.
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
// @ts-expect-error -- a string is no answer of middleware
createServer({ routesDir: false, middleware: [() => 'x'] });

export { server };
