import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';

import { toFilePath } from './file-path.ts';
import { type MisplacedRoute, misplacedRoutes } from './file-channels.ts';
import { naming, type RouteFile } from './find-route-files.ts';
import type { LoadedModule } from './module-loader.ts';
import { routesOf } from './module-routes.ts';
import { createRouteEntry, type RouteEntry } from './route-entry.ts';

/**
 * The routes of a module.
 *
 * @param shown the path of the file in error messages
 * @throws RouteLoadError if the file exports no route, or one that was made for another path
 */
export function routesIn(
  { file, pattern, wildcard }: RouteFile,
  module: LoadedModule,
  shown = path.relative(process.cwd(), file),
): RouteEntry[] {
  const routes = naming(file, () => routesOf(module, shown));
  const served = toFilePath(pattern, wildcard);
  for (const { method, route } of routes) {
    if (route.path === undefined || route.path === served) continue;
    misplacedRoutes.publish({ file, path: route.path, served } satisfies MisplacedRoute);
    throw new RouteLoadError(
      file,
      `Route file ${shown}: the route for ${method} was made for "${route.path}", but its file is served at "${served}". ` +
        'Change the path in the file (`blaize types --fix` does), or move the file.',
    );
  }
  return routes.map(({ method, route, exportName }) =>
    createRouteEntry({ method, pattern, wildcard, route, file, exportName, origin: `in ${shown}` }),
  );
}
