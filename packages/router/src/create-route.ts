import type {
  App,
  AppEnv,
  EnvOf,
  GlobalEnv,
  MiddlewareInput,
  Route,
  RouteMethod,
  RouteOptions,
  RouteResult,
  RouteSchema,
} from '@blaizejs/types';

// Registered, so that routes made by another copy of this package are known too.
const ROUTE = Symbol.for('blaizejs.route');

/** The schemas of a route whose requests have no body. */
export interface SchemaWithoutBody extends Omit<RouteSchema, 'body'> {
  readonly body?: undefined;
}

/** Makes routes of one method. */
export type RouteMaker<
  Method extends RouteMethod,
  Allowed extends RouteSchema = RouteSchema,
  Env extends AppEnv = GlobalEnv,
> = <
  S extends Allowed,
  const M extends MiddlewareInput[],
  const Result extends RouteResult<S> | Promise<RouteResult<S>>,
>(
  options: RouteOptions<S, M, Result, Env>,
) => Route<Method, S, M, Result, Env>;

/** The seven makers of routes, for the routes of one application. */
export interface RouteMakers<Env extends AppEnv = GlobalEnv> {
  readonly createGetRoute: RouteMaker<'GET', SchemaWithoutBody, Env>;
  readonly createHeadRoute: RouteMaker<'HEAD', SchemaWithoutBody, Env>;
  readonly createPostRoute: RouteMaker<'POST', RouteSchema, Env>;
  readonly createPutRoute: RouteMaker<'PUT', RouteSchema, Env>;
  readonly createPatchRoute: RouteMaker<'PATCH', RouteSchema, Env>;
  readonly createDeleteRoute: RouteMaker<'DELETE', RouteSchema, Env>;
  readonly createOptionsRoute: RouteMaker<'OPTIONS', RouteSchema, Env>;
}

function maker<Method extends RouteMethod, Allowed extends RouteSchema = RouteSchema>(
  method: Method,
): RouteMaker<Method, Allowed> {
  return (options) => Object.defineProperty({ ...options, method }, ROUTE, { value: true });
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
export const createGetRoute = maker<'GET', SchemaWithoutBody>('GET');
/** Makes a route for HEAD. As {@link createGetRoute}. */
export const createHeadRoute = maker<'HEAD', SchemaWithoutBody>('HEAD');
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
