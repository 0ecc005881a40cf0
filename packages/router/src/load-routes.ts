import { readdir } from 'node:fs/promises';
import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';

import { toRouteLoadError } from './import-failure.ts';
import type { LoadedModule, ModuleLoader } from './module-loader.ts';
import { routesOf } from './module-routes.ts';
import { providedDirectories, type RouteModules, routeModulesOf } from './provided-modules.ts';
import { createRouteEntry, type RouteEntry } from './route-entry.ts';
import { isRouteFile, isRouteFolder, type RoutePath, toRoutePath } from './route-path.ts';

/** A folder of route files. */
export interface RouteDirectory {
  /** Absolute. */
  readonly directory: string;
  readonly prefix: string;
}

/** A route file, and where it is served. */
export interface RouteFile extends RoutePath {
  /** Absolute. */
  readonly file: string;
}

/**
 * Finds the route files below a folder, in order of their paths, and loads none of them.
 *
 * @param directory absolute, or from the working directory
 * @throws RouteLoadError where the folder can't be read, or the name of a file in it can't be a path
 */
export async function findRouteFiles(
  directory: string,
  { prefix }: { prefix?: string | undefined } = {},
): Promise<RouteFile[]> {
  const root = path.resolve(directory);
  return (await namesBelow(root)).map((name) => at(name, root, prefix));
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
  const provided = routeModulesOf(directory);
  const names = provided ? Object.keys(provided) : await namesBelow(directory);
  const files = names.map((name) => at(name, directory, prefix));
  const modules = provided
    ? await loadProvided(provided, files)
    : await loader.load(files.map(({ file }) => file));
  // Once a folder, as this counts at the start of an app with many files.
  const shownDirectory = path.relative(process.cwd(), directory);
  return files.flatMap(({ file, pattern, wildcard }, index) => {
    const shown = path.join(shownDirectory, names[index] ?? '');
    const routes = naming(file, () => routesOf(modules[index] as LoadedModule, shown));
    return routes.map(({ method, route }) =>
      createRouteEntry({ method, pattern, wildcard, route, file, origin: `in ${shown}` }),
    );
  });
}

/** @param name the path of the file below the directory */
function at(name: string, directory: string, prefix: string | undefined): RouteFile {
  const file = path.join(directory, name);
  return { file, ...naming(file, () => toRoutePath(name, prefix)) };
}

function loadProvided(modules: RouteModules, files: readonly RouteFile[]): Promise<LoadedModule[]> {
  return Promise.all(
    Object.values(modules).map((load, index) =>
      load().catch(async (error: unknown) => {
        throw await toRouteLoadError(error, (files[index] as RouteFile).file);
      }),
    ),
  );
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

/** The paths of the route files below a directory, from there. */
async function namesBelow(root: string, below = ''): Promise<string[]> {
  const directory = path.join(root, below);
  let entries;
  try {
    entries = await readdir(directory, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const problem =
      code === 'ENOENT'
        ? `there is no such folder. ${adviceForMissing()}`
        : code === 'ENOTDIR'
          ? 'it is a file, not a folder'
          : `it can't be read (${String(code)})`;
    throw new RouteLoadError(directory, `Route directory ${directory}: ${problem}.`, { cause: error });
  }
  const found = await Promise.all(
    entries
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(async (entry) => {
        const name = path.join(below, entry.name);
        if (entry.isDirectory()) return isRouteFolder(entry.name) ? namesBelow(root, name) : [];
        return entry.isFile() && isRouteFile(entry.name) ? [name] : [];
      }),
  );
  return found.flat();
}

function adviceForMissing(): string {
  const built = providedDirectories();
  return built.length === 0
    ? 'Make it, or name the folder with your routes, best as an absolute path'
    : `What was built has the routes of ${built.join(', ')}: build it with those of this folder, too`;
}
