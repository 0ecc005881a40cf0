import path from 'node:path';

import { naming, type RouteFile } from './find-route-files.ts';
import type { LoadedModule } from './module-loader.ts';
import { routesOf } from './module-routes.ts';
import { createRouteEntry, type RouteEntry } from './route-entry.ts';

/**
 * The routes of a module.
 *
 * @param shown the path of the file in error messages
 * @throws RouteLoadError if the file is not a route
 */
export function routesIn(
  { file, pattern, wildcard }: RouteFile,
  module: LoadedModule,
  shown = path.relative(process.cwd(), file),
): RouteEntry[] {
  const routes = naming(file, () => routesOf(module, shown));
  return routes.map(({ method, route }) =>
    createRouteEntry({ method, pattern, wildcard, route, file, origin: `in ${shown}` }),
  );
}
