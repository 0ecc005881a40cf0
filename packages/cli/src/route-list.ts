import { Router, type RouteEntry } from '@blaizejs/router';

import { shown } from './project.ts';

/** A route, as it is listed. */
export interface ListedRoute {
  readonly method: string;
  /** In find-my-way's form: `/users/:id`, `/files/*`. */
  readonly path: string;
  /** From the working directory, where it is below. */
  readonly file: string;
  /** The names of its own middleware. */
  readonly middleware: readonly string[];
  /** Which of `params`, `query`, `body` and `response` have a schema. */
  readonly schemas: readonly string[];
}

/**
 * Loads the routes of folders, in order of path and method.
 *
 * @throws RouteLoadError, RouteConflictError as a server that starts with them
 */
export async function loadRouteList(folders: readonly string[], cwd: string): Promise<ListedRoute[]> {
  const router = new Router();
  for (const folder of folders) await router.addRouteDirectory(folder);
  const entries: RouteEntry[] = [];
  router.table((entry) => entries.push(entry));
  return entries
    .map(({ method, pattern, file = '', route: { middleware = [], schema = {} } }) => ({
      method,
      path: pattern,
      file: shown(file, cwd),
      middleware: middleware.map(({ name }) => name || 'anonymous'),
      schemas: Object.entries(schema).flatMap(([name, value]) => (value ? name : [])),
    }))
    .sort((a, b) => compare(a.path, b.path) || compare(a.method, b.method));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
