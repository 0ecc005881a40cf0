import { rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { provideRouteModules, RouteFiles, RouteSet } from '@blaizejs/router/files';

import { posix } from '../posix.ts';
import { shown } from '../project.ts';
import type { TypedRoute } from '../types/route-types.ts';
import { type BuildManifest, MANIFEST } from './manifest.ts';

/**
 * Loads the route modules of a build, and reads their routes as the server will at its start. If the build could not start,
 * its manifest is removed.
 *
 * @param folders absolute
 * @returns the routes, and a message for each file that could not be loaded, because it needs a database, for example
 * @throws RouteLoadError, RouteConflictError like that server
 */
export async function checkRoutes(
  { routes, folderFiles }: BuildManifest,
  folders: readonly string[],
  cwd: string,
  outdir: string,
): Promise<{ readonly unchecked: readonly string[]; readonly routes: readonly TypedRoute[] }> {
  const unchecked: string[] = [];
  const set = new RouteSet();
  const files = new RouteFiles(set);
  for (const folder of folders) {
    const modules: Record<string, () => Promise<Record<string, unknown>>> = {};
    for (const { file, module } of [...routes, ...folderFiles]) {
      const name = posix(path.relative(folder, path.resolve(cwd, file)));
      if (name.startsWith('..')) continue;
      try {
        const url = pathToFileURL(path.join(outdir, module)).href;
        const loaded = (await import(/* @vite-ignore */ url)) as Record<string, unknown>;
        modules[name] = () => Promise.resolve(loaded);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        unchecked.push(
          `Could not check ${shown(path.resolve(cwd, file), cwd)}, because it failed to load: ${message}`,
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
