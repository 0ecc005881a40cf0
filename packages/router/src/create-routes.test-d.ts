import type { App, Middleware, Server, Services, State } from '@blaizejs/types';
import { expectTypeOf } from 'vitest';

import { createGetRoute, createRoutes, type RouteMakers } from './create-route.ts';

interface User {
  readonly id: string;
}
interface Env {
  readonly state: State & { user: User };
  readonly services: Services & { db: { find(id: string): string } };
}
declare const server: Server<Env>;
declare const app: App<Env>;
export declare const requireUser: Middleware<{ user: User }>;
declare const requireAdmin: Middleware<{ role: 'admin' }, { user: User }>;

const routes = createRoutes<typeof server>();
expectTypeOf(routes).toEqualTypeOf<RouteMakers<Env>>();
expectTypeOf(createRoutes<typeof app>()).toEqualTypeOf<RouteMakers<Env>>();

// Global middleware meets the needs of a route's own.
export const GET = routes.createGetRoute({
  middleware: [requireAdmin],
  handler: ({ state, services }) => {
    expectTypeOf(state.user).toEqualTypeOf<User>();
    expectTypeOf(state.role).toEqualTypeOf<'admin'>();
    return services.db.find(state.user.id);
  },
});
server.router.addRoute('GET', '/a', { middleware: [requireAdmin], handler: ({ state }) => state.user.id });
server.router.addRoute('GET', '/b', GET);
app.router.addRoute('GET', '/a', { handler: ({ services }) => services.db.find('1') });

// Routes of a folder have what its middleware adds.
const below = createRoutes<Server, readonly [typeof requireUser, typeof requireAdmin]>();
below.createGetRoute({
  handler: ({ state }) => {
    expectTypeOf(state.user).toEqualTypeOf<User>();
    expectTypeOf(state.role).toEqualTypeOf<'admin'>();
    return 1;
  },
});
createRoutes<Server, typeof requireUser>().createGetRoute({
  middleware: [requireAdmin],
  handler: ({ state }) => state.user.id,
});

// Without a server they are the makers that one imports.
expectTypeOf(createRoutes<Server>()).toEqualTypeOf<RouteMakers>();
expectTypeOf(createRoutes<App>().createGetRoute).toEqualTypeOf<typeof createGetRoute>();
// @ts-expect-error -- nothing adds the user
createRoutes<Server>().createGetRoute({ middleware: [requireAdmin], handler: () => 1 });
// @ts-expect-error -- nobody provides it
createGetRoute({ handler: ({ services }) => services.db });
// @ts-expect-error -- neither a server nor an app
createRoutes<string>();

// A server of any environment is a server.
expectTypeOf(server).toExtend<Server>();
expectTypeOf(server).toExtend<App>();
declare const plain: Server;
// @ts-expect-error -- this server has no user for it
plain.router.addRoute('GET', '/c', GET);
