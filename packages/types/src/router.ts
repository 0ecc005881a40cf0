import type { MiddlewareInput } from './middleware.ts';
import type { RouteInfo, RouteOptions, RouteSchema } from './route.ts';

/** Where routes come from. */
export interface Router {
  /** The routes that are served, in order of pattern and method. Automatic HEAD and OPTIONS are not listed. */
  readonly routes: readonly RouteInfo[];
  /**
   * Adds a route without a file.
   *
   * @param pattern in find-my-way's form: `/users/:id`, `/files/*`
   * @throws RouteConflictError where that method and path is served already
   */
  addRoute<S extends RouteSchema, const M extends MiddlewareInput[], Result>(
    method: string,
    pattern: string,
    route: RouteOptions<S, M, Result>,
  ): void;
  /**
   * Adds every route file below a directory.
   *
   * @throws RouteLoadError where the directory is missing or a file in it does not load
   */
  addRouteDirectory(directory: string, options?: { prefix?: string | undefined }): Promise<void>;
}
