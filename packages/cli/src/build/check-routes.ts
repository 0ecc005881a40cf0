import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { provideRouteModules, RouteFiles, RouteSet } from '@blaizejs/router/files';

import { posix } from '../posix.ts';
import { shown } from '../project.ts';
import type { TypedRoute } from '../types/route-types.ts';
import { type BuildManifest, MANIFEST } from './manifest.ts';

/**
 * Loads the route modules of a build, and takes the routes out of them as the server will when it starts. A build that
 * would not start loses its manifest.
 *
 * @param folders absolute
 * @returns the routes, and the files that could not be checked, since loading them needs what is not here, such as a database
 * @throws RouteLoadError, RouteConflictError as that server
 */
export async function checkRoutes(
  { routes }: BuildManifest,
  folders: readonly string[],
  cwd: string,
  outdir: string,
): Promise<{ readonly unchecked: readonly string[]; readonly routes: readonly TypedRoute[] }> {
  const unchecked: string[] = [];
  const set = new RouteSet();
  const files = new RouteFiles(set);
  for (const folder of folders) {
    const modules: Record<string, () => Promise<Record<string, unknown>>> = {};
    for (const { file, module } of routes) {
      const name = posix(path.relative(folder, path.resolve(cwd, file)));
      if (name.startsWith('..')) continue;
      try {
        const url = pathToFileURL(path.join(outdir, module)).href;
        const loaded = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
        modules[name] = () => Promise.resolve(loaded);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        unchecked.push(
          `${shown(path.resolve(cwd, file), cwd)} was not checked: loading it failed with: ${message}`,
        );
      }
    }
    const takeBack = provideRouteModules(folder, modules);
    try {
      await files.add(folder);
    } catch (error) {
      await rm(path.join(outdir, MANIFEST), { force: true });
      throw error;
    } finally {
      takeBack();
    }
  }
  return { unchecked, routes: set.routes };
}
