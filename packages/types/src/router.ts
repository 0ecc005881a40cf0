import type { AppEnv, GlobalEnv } from './app.ts';
import type { MiddlewareInput } from './middleware.ts';
import type { AnyResponseMap } from './reply.ts';
import type { AnyBodyMap, ResultFor, RouteDefinition, RouteInfo, RouteMethod } from './route.ts';
import type { AnySchema } from './schema.ts';

/** Where routes come from. */
export interface Router<Env extends AppEnv = GlobalEnv> {
  /** The routes that are served, in order of pattern and method. Automatic HEAD and OPTIONS are not listed. */
  readonly routes: readonly RouteInfo[];
  /**
   * Adds a route without a file.
   *
   * @param method in capitals; a route from a `create…Route` function can only be added for its own method
   * @param pattern in find-my-way's form: `/users/:id`, `/files/*`
   * @throws BlaizeError `ERR_BLAIZE_ROUTE` for a route that cannot be used, and a pattern that no request could match;
   *   RouteConflictError if there is a route for that method and path
   */
  addRoute<
    const M extends readonly MiddlewareInput[],
    const Result extends ResultFor<Response> | Promise<ResultFor<Response>>,
    Params extends AnySchema | undefined = undefined,
    Query extends AnySchema | undefined = undefined,
    Body extends AnySchema | AnyBodyMap | undefined = undefined,
    Response extends AnySchema | AnyResponseMap | undefined = undefined,
    Headers extends AnySchema | undefined = undefined,
    Cookies extends AnySchema | undefined = undefined,
  >(
    method: RouteMethod | (string & {}),
    pattern: string,
    route: RouteDefinition<Params, Query, Body, Response, M, Result, Env, Headers, Cookies>,
  ): void;
  /**
   * Adds every route file below a directory.
   *
   * @throws RouteLoadError if the directory is missing or a file in it does not load; BlaizeError
   *   `ERR_BLAIZE_NO_FILE_SYSTEM` for an app from `createApp`, which has none
   */
  addRouteDirectory(directory: string, options?: { prefix?: string | undefined }): Promise<void>;
}
