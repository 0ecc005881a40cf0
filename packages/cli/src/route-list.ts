import { describeConstraints, RouteFiles, RouteSet } from '@blaizejs/router/files';

import { shown } from './project.ts';

/** A route in the list. */
export interface ListedRoute {
  readonly method: string;
  /** In find-my-way's form: `/users/:id`, `/files/*`. */
  readonly path: string;
  /** Its constraints in words: `version 2`. Empty if it has none. */
  readonly constraints: string;
  /** Relative to the working directory if it is below, otherwise absolute. */
  readonly file: string;
  /** The names of the middleware of its folders, outermost first, and its own. */
  readonly middleware: readonly string[];
  /** Which of `params`, `query`, `body` and `response` have a schema. */
  readonly schemas: readonly string[];
  /** These schemas. */
  readonly schema: Readonly<Record<string, unknown>>;
}

/**
 * Loads the routes of folders, sorted by path and method.
 *
 * @throws RouteLoadError, RouteConflictError like a server that starts with them
 */
export async function loadRouteList(folders: readonly string[], cwd: string): Promise<ListedRoute[]> {
  return (await loadRoutes(folders)).map(
    ({ method, pattern, constraints, file = '', middleware, schema = {} }) => ({
      method,
      path: pattern,
      constraints: describeConstraints(constraints),
      file: shown(file, cwd),
      middleware,
      schema: { ...schema },
      schemas: Object.entries(schema).flatMap(([name, value]) => (value ? name : [])),
    }),
  );
}

/** Loads the routes of folders. @throws as {@link loadRouteList} */
export async function loadRoutes(folders: readonly string[]): Promise<RouteSet['routes']> {
  const routes = new RouteSet();
  const files = new RouteFiles(routes);
  for (const folder of folders) await files.add(folder);
  return routes.routes;
}
