import type {
  AnyBodyMap,
  AnyResponseMap,
  AnySchema,
  App,
  AppEnv,
  EnvOf,
  MiddlewareInput,
  ParamsOfPath,
  RegisteredEnv,
  ResultFor,
  Route,
  RouteDefinition,
  RouteMethod,
  RouteSchemas,
  StateOf,
} from '@blaizejs/types';

// Registered, so that routes made by another copy of this package are known too.
const ROUTE = Symbol.for('blaizejs.route');

/**
 * Makes routes of one method. The type of each schema is inferred; `undefined` for one that is not given.
 *
 * @param path of the file, as it is named below the folder of routes: `/users/[id]`. It types the parameters of a route that
 *   has no schema for them; a file that is somewhere else does not load
 */
export interface RouteMaker<Method extends RouteMethod, Env extends AppEnv = RegisteredEnv> {
  <
    const M extends readonly MiddlewareInput[],
    const Result extends ResultFor<Response> | Promise<ResultFor<Response>>,
    Params extends AnySchema | undefined = undefined,
    Query extends AnySchema | undefined = undefined,
    Body extends BodyOf<Method> | undefined = undefined,
    Response extends AnySchema | AnyResponseMap | undefined = undefined,
    Headers extends AnySchema | undefined = undefined,
    Cookies extends AnySchema | undefined = undefined,
  >(
    options: RouteDefinition<Params, Query, Body, Response, M, Result, Env, Headers, Cookies>,
  ): Route<Method, RouteSchemas<Params, Query, Body, Response, Headers, Cookies>, M, Result, Env>;
  <
    const Path extends `/${string}`,
    const M extends readonly MiddlewareInput[],
    const Result extends ResultFor<Response> | Promise<ResultFor<Response>>,
    Params extends AnySchema | undefined = undefined,
    Query extends AnySchema | undefined = undefined,
    Body extends BodyOf<Method> | undefined = undefined,
    Response extends AnySchema | AnyResponseMap | undefined = undefined,
    Headers extends AnySchema | undefined = undefined,
    Cookies extends AnySchema | undefined = undefined,
  >(
    path: Path,
    options: RouteDefinition<
      Params,
      Query,
      Body,
      Response,
      M,
      Result,
      Env,
      Headers,
      Cookies,
      ParamsOfPath<Path>
    >,
  ): Route<
    Method,
    RouteSchemas<Params, Query, Body, Response, Headers, Cookies>,
    M,
    Result,
    Env,
    ParamsOfPath<Path>
  >;
}

// Requests of these have no body.
type BodyOf<Method> = Method extends 'GET' | 'HEAD' ? never : AnySchema | AnyBodyMap;

/** The seven makers of routes, for the routes of one application. */
export interface RouteMakers<Env extends AppEnv = RegisteredEnv> {
  readonly createGetRoute: RouteMaker<'GET', Env>;
  readonly createHeadRoute: RouteMaker<'HEAD', Env>;
  readonly createPostRoute: RouteMaker<'POST', Env>;
  readonly createPutRoute: RouteMaker<'PUT', Env>;
  readonly createPatchRoute: RouteMaker<'PATCH', Env>;
  readonly createDeleteRoute: RouteMaker<'DELETE', Env>;
  readonly createOptionsRoute: RouteMaker<'OPTIONS', Env>;
}

function maker<Method extends RouteMethod>(method: Method): RouteMaker<Method> {
  const make = (...[first, second]: readonly [object | string, object?]): object => {
    const route = typeof first === 'string' ? { ...second, method, path: first } : { ...first, method };
    return Object.defineProperty(route, ROUTE, { value: true });
  };
  return make as RouteMaker<Method>;
}

/**
 * Makes a route. The context of its handler is inferred from its schemas and middleware, and what it may return from
 * its response schema; nothing needs an annotation. The path is optional: it types the parameters.
 *
 * ```ts
 * export const GET = createGetRoute('/users/[id]', {
 *   schema: { response: User },
 *   handler: (ctx) => users.get(ctx.request.params.id),
 * });
 * ```
 *
 * HEAD requests are answered by the GET route of their path unless it has one of its own.
 */
export const createGetRoute: RouteMaker<'GET'> = maker('GET');
/** Makes a route for HEAD. As {@link createGetRoute}. */
export const createHeadRoute: RouteMaker<'HEAD'> = maker('HEAD');
/** Makes a route for POST; `schema.body` is read and checked before the handler runs. As {@link createGetRoute}. */
export const createPostRoute: RouteMaker<'POST'> = maker('POST');
/** Makes a route for PUT. As {@link createPostRoute}. */
export const createPutRoute: RouteMaker<'PUT'> = maker('PUT');
/** Makes a route for PATCH. As {@link createPostRoute}. */
export const createPatchRoute: RouteMaker<'PATCH'> = maker('PATCH');
/** Makes a route for DELETE. As {@link createPostRoute}. */
export const createDeleteRoute: RouteMaker<'DELETE'> = maker('DELETE');
/** Makes a route for OPTIONS, in place of the automatic answer. As {@link createPostRoute}. */
export const createOptionsRoute: RouteMaker<'OPTIONS'> = maker('OPTIONS');

const makers = {
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
 * @typeParam M the middleware of the folder that the routes are in: `typeof import('./_middleware.ts').default`
 */
export function createRoutes<
  A extends AnyApp,
  M extends MiddlewareInput | readonly MiddlewareInput[] = [],
>(): RouteMakers<EnvBelow<EnvOf<A>, M>> {
  return makers as object as RouteMakers<EnvBelow<EnvOf<A>, M>>;
}

/** What routes below the middleware of a folder can use. */
export type EnvBelow<Env extends AppEnv, M> = M extends readonly []
  ? Env
  : {
      readonly state: Env['state'] & StateOf<M extends readonly unknown[] ? M : [M]>;
      readonly services: Env['services'];
    };

/** A server or an app, whatever it provides. */
export interface AnyApp extends Pick<App, 'fetch' | 'ready'> {}

/** Whether a value was made by one of the functions above, of whichever copy of this package. */
export function isRoute(value: unknown): value is Route {
  return typeof value === 'object' && value !== null && ROUTE in value;
}
