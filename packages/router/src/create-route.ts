import type {
  AnyResponseMap,
  AnySchema,
  App,
  AppEnv,
  EnvOf,
  GlobalEnv,
  MiddlewareInput,
  ResultFor,
  Route,
  RouteDefinition,
  RouteMethod,
  RouteSchemas,
} from '@blaizejs/types';

// Registered, so that routes made by another copy of this package are known too.
const ROUTE = Symbol.for('blaizejs.route');

/** Makes routes of one method. The type of each schema is inferred; `undefined` for one that is not given. */
export type RouteMaker<Method extends RouteMethod, Env extends AppEnv = GlobalEnv> = <
  const M extends readonly MiddlewareInput[],
  const Result extends ResultFor<Response> | Promise<ResultFor<Response>>,
  Params extends AnySchema | undefined = undefined,
  Query extends AnySchema | undefined = undefined,
  Body extends BodyOf<Method> | undefined = undefined,
  Response extends AnySchema | AnyResponseMap | undefined = undefined,
>(
  options: RouteDefinition<Params, Query, Body, Response, M, Result, Env>,
) => Route<Method, RouteSchemas<Params, Query, Body, Response>, M, Result, Env>;

// Requests of these have no body.
type BodyOf<Method> = Method extends 'GET' | 'HEAD' ? never : AnySchema;

/** The seven makers of routes, for the routes of one application. */
export interface RouteMakers<Env extends AppEnv = GlobalEnv> {
  readonly createGetRoute: RouteMaker<'GET', Env>;
  readonly createHeadRoute: RouteMaker<'HEAD', Env>;
  readonly createPostRoute: RouteMaker<'POST', Env>;
  readonly createPutRoute: RouteMaker<'PUT', Env>;
  readonly createPatchRoute: RouteMaker<'PATCH', Env>;
  readonly createDeleteRoute: RouteMaker<'DELETE', Env>;
  readonly createOptionsRoute: RouteMaker<'OPTIONS', Env>;
}

function maker<Method extends RouteMethod>(method: Method): RouteMaker<Method> {
  const make = (options: object): object =>
    Object.defineProperty({ ...options, method }, ROUTE, { value: true });
  return make as RouteMaker<Method>;
}

/**
 * Makes a route. The context of its handler is inferred from its schemas and middleware, and what it may return from
 * its response schema; nothing needs an annotation.
 *
 * ```ts
 * export const GET = createGetRoute({
 *   schema: { params: z.object({ id: z.coerce.number() }) },
 *   handler: (ctx) => ({ id: ctx.request.params.id }),
 * });
 * ```
 *
 * HEAD requests are answered by the GET route of their path unless it has one of its own.
 */
export const createGetRoute = maker('GET');
/** Makes a route for HEAD. As {@link createGetRoute}. */
export const createHeadRoute = maker('HEAD');
/** Makes a route for POST; `schema.body` is read and checked before the handler runs. As {@link createGetRoute}. */
export const createPostRoute = maker('POST');
/** Makes a route for PUT. As {@link createPostRoute}. */
export const createPutRoute = maker('PUT');
/** Makes a route for PATCH. As {@link createPostRoute}. */
export const createPatchRoute = maker('PATCH');
/** Makes a route for DELETE. As {@link createPostRoute}. */
export const createDeleteRoute = maker('DELETE');
/** Makes a route for OPTIONS, in place of the automatic answer. As {@link createPostRoute}. */
export const createOptionsRoute = maker('OPTIONS');

const makers: RouteMakers = {
  createGetRoute,
  createHeadRoute,
  createPostRoute,
  createPutRoute,
  createPatchRoute,
  createDeleteRoute,
  createOptionsRoute,
};

/**
 * Gives the makers of routes with the types of one server or app: what its middleware adds to `ctx.state` and its plugins
 * to `ctx.services`, without a global declaration. They are the same functions.
 *
 * ```ts
 * // server.ts
 * export const server = createServer({ routesDir, middleware: [requireUser], plugins: [database] });
 * // routes.ts
 * import type { server } from './server.ts';
 * export const { createGetRoute, createPostRoute } = createRoutes<typeof server>();
 * ```
 *
 * @typeParam A the type of a server or an app
 */
export function createRoutes<A extends AnyApp>(): RouteMakers<EnvOf<A>> {
  return makers;
}

/** A server or an app, whatever it provides. */
export interface AnyApp extends Pick<App, 'fetch' | 'ready'> {}

/** Whether a value was made by one of the functions above, of whichever copy of this package. */
export function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && ROUTE in value;
}
