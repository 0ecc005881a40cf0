import path from 'node:path';

import type { LoadedModule } from './module-loader.ts';

/** The modules of a folder of routes: a function that loads each, by the path of its file in the folder. */
export type RouteModules = Readonly<Record<string, () => Promise<LoadedModule>>>;

// Registered globally, for a build and a server that have different copies of this package.
const PROVIDED = Symbol.for('blaizejs.route-modules');
const shared = globalThis as { [PROVIDED]?: Map<string, RouteModules> | undefined };
const provided = (shared[PROVIDED] ??= new Map<string, RouteModules>());

/**
 * Provides the route modules of a folder, as a build does: `addRouteDirectory` for that folder then uses them in order. It
 * neither reads nor watches the folder, which need not exist.
 *
 * ```ts
 * provideRouteModules('/app/src/routes', { 'users/[id].ts': () => import('./users.js') });
 * ```
 *
 * @param directory absolute, or relative to the working directory
 * @returns a function that withdraws them
 */
export function provideRouteModules(directory: string, modules: RouteModules): () => void {
  const folder = path.resolve(directory);
  provided.set(folder, modules);
  return () => {
    if (provided.get(folder) === modules) provided.delete(folder);
  };
}

/** The modules that were provided for a folder, given by its absolute path. */
export function routeModulesOf(directory: string): RouteModules | undefined {
  return provided.get(directory);
}

/** The folders for which modules were provided. */
export function providedDirectories(): string[] {
  return [...provided.keys()];
}
