import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';

import { naming, type RouteFile } from './find-route-files.ts';
import type { LoadedModule } from './module-loader.ts';
import { routesOf } from './module-routes.ts';
import { createRouteEntry, problemOf, type RouteEntry } from './route-entry.ts';

/**
 * The routes of a module.
 *
 * @param shown the path of the file, as errors show it
 * @throws RouteLoadError if the file is no route
 */
export function routesIn(
  { file, pattern, wildcard }: RouteFile,
  module: LoadedModule,
  shown = path.relative(process.cwd(), file),
): RouteEntry[] {
  const routes = naming(file, () => routesOf(module, shown));
  return routes.map(({ method, route }) => {
    const problem = problemOf(route);
    if (problem !== undefined) {
      throw new RouteLoadError(file, `Route file ${shown}: the route for ${method} ${problem}.`);
    }
    return createRouteEntry({ method, pattern, wildcard, route, file, origin: `in ${shown}` });
  });
}
