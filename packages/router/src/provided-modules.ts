import path from 'node:path';

import type { LoadedModule } from './module-loader.ts';

/** The modules of a folder of routes: what loads each, by the path of its file below the folder. */
export type RouteModules = Readonly<Record<string, () => Promise<LoadedModule>>>;

// Registered, so that a build and a server with another copy of this package know of each other.
const PROVIDED = Symbol.for('blaizejs.route-modules');
const shared = globalThis as { [PROVIDED]?: Map<string, RouteModules> | undefined };
const provided = (shared[PROVIDED] ??= new Map<string, RouteModules>());

/**
 * Makes the route modules of a folder known beforehand, as a build does: `addRouteDirectory` for that folder takes
 * them in their order, neither reads nor watches the folder, and does not ask whether it is there.
 *
 * ```ts
 * provideRouteModules('/app/src/routes', { 'users/[id].ts': () => import('./users.js') });
 * ```
 *
 * @param directory absolute, or from the working directory
 * @returns what takes them back
 */
export function provideRouteModules(directory: string, modules: RouteModules): () => void {
  const folder = path.resolve(directory);
  provided.set(folder, modules);
  return () => {
    if (provided.get(folder) === modules) provided.delete(folder);
  };
}

/** What was provided for a folder, by its absolute path. */
export function routeModulesOf(directory: string): RouteModules | undefined {
  return provided.get(directory);
}

/** The folders for which modules were provided. */
export function providedDirectories(): string[] {
  return [...provided.keys()];
}
