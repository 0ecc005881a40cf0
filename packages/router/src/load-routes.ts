import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';

import type { RouteCheck } from './check-route.ts';
import { toFilePath } from './file-path.ts';
import { type MisplacedRoute, misplacedRoutes } from './file-channels.ts';
import type { FolderFile, RouteFile } from './find-route-files.ts';
import { notFoundHandlerOf } from './folder-module.ts';
import { naming } from './loaded-file.ts';
import type { LoadedModule } from './module-loader.ts';
import { routesOf } from './module-routes.ts';
import { createRouteEntry, type FolderSettings, type RouteEntry, type ServedEntry } from './route-entry.ts';

/** What the module of a file serves: its routes, or the handler of a `_404`. @throws RouteLoadError as {@link routesIn} does */
export function entriesIn(
  found: RouteFile | FolderFile,
  module: LoadedModule,
  folders: FolderSettings,
  check?: RouteCheck,
): readonly ServedEntry[] {
  if (!('kind' in found)) return routesIn(found, module, folders, check);
  const { file, pattern = '/' } = found;
  const handler = notFoundHandlerOf(module, file);
  const origin = `in ${path.relative(process.cwd(), file)}`;
  return [{ ...folders, info: { method: '_404', pattern }, handler, origin }];
}

/**
 * The routes of a module.
 *
 * @param folders what the folders of the file give it
 * @throws RouteLoadError if the file exports no route, or one that was made for another path
 */
function routesIn(
  { file, pattern, wildcard }: RouteFile,
  module: LoadedModule,
  folders: FolderSettings,
  check: RouteCheck | undefined,
): RouteEntry[] {
  const shown = path.relative(process.cwd(), file);
  const routes = naming(file, () => routesOf(module, shown, check));
  const served = toFilePath(pattern, wildcard);
  for (const { method, route } of routes) {
    if (route.path === undefined || route.path === served) continue;
    try {
      misplacedRoutes.publish({ file, path: route.path, served } satisfies MisplacedRoute);
    } catch {
      // A worker forbids it at the top level of a module; the error below says the same.
    }
    throw new RouteLoadError(
      file,
      `Route file ${shown}: the route for ${method} was made for "${route.path}", but its file is served at "${served}". ` +
        'Change the path in the file (`blaize types --fix` does), or move the file.',
    );
  }
  return routes.map(({ method, route, exportName }) =>
    createRouteEntry({ method, pattern, wildcard, route, file, exportName, folders, origin: `in ${shown}` }),
  );
}
