import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';
import type { AnyRoute } from '@blaizejs/types';

import type { LoadedModule, ModuleLoader } from './module-loader.ts';
import { routesOf } from './module-routes.ts';
import { isRouteFile, isRouteFolder, type RoutePath, toRoutePath } from './route-path.ts';

/** One route with all that is known of it. */
export interface RouteEntry {
  readonly method: string;
  /** In find-my-way's form: `/users/:id`, `/files/*`. */
  readonly pattern: string;
  /** What a wildcard is called in `params`; undefined for `*`, or where there is none. */
  readonly wildcard: string | undefined;
  readonly route: AnyRoute;
  /** Absolute; undefined for a route added in code. */
  readonly file: string | undefined;
}

/** A folder of route files. */
export interface RouteDirectory {
  /** Absolute. */
  readonly directory: string;
  readonly prefix: string;
}

/**
 * Loads all routes below a folder, in order of their paths.
 *
 * @throws RouteLoadError where the folder can't be read, or a file in it does not load or is no route
 */
export async function loadRoutes(
  { directory, prefix }: RouteDirectory,
  loader: ModuleLoader,
): Promise<RouteEntry[]> {
  const files = await findRouteFiles(directory);
  const paths = files.map((file) => naming(file, () => toRoutePath(path.relative(directory, file), prefix)));
  const modules = await loader.load(files);
  return files.flatMap((file, index) => {
    const { pattern, wildcard } = paths[index] as RoutePath;
    const routes = naming(file, () =>
      routesOf(modules[index] as LoadedModule, path.relative(process.cwd(), file)),
    );
    return routes.map(({ method, route }): RouteEntry => ({ method, pattern, wildcard, route, file }));
  });
}

/** What says that a route file is wrong knows it by a shorter name. */
function naming<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RouteLoadError) throw new RouteLoadError(file, error.message);
    throw error;
  }
}

async function findRouteFiles(directory: string): Promise<string[]> {
  let entries;
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem =
      code === 'ENOENT'
        ? 'there is no such folder. Make it, or name the folder with your routes, best as an absolute path'
        : code === 'ENOTDIR'
          ? 'it is a file, not a folder'
          : `it can't be read (${String(code)})`;
    throw new RouteLoadError(directory, `Route directory ${directory}: ${problem}.`, { cause: error });
  }
  const found = await Promise.all(
    entries
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry) => {
        const file = path.join(directory, entry.name);
        if (entry.isDirectory()) return isRouteFolder(entry.name) ? findRouteFiles(file) : [];
        return entry.isFile() && isRouteFile(entry.name) ? [file] : [];
      }),
  );
  return found.flat();
}
