import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';

import type { FolderFile, RouteDirectory, RouteFile } from './find-route-files.ts';
import { folderFileKind } from './folder-file.ts';
import { toRoutePath } from './route-path.ts';

/** As {@link routeFileAt}, also for a file that says something about its folder. */
export function loadedFileAt(name: string, { directory, prefix }: RouteDirectory): RouteFile | FolderFile {
  const kind = folderFileKind(path.basename(name));
  if (kind === undefined) return routeFileAt(name, { directory, prefix });
  const file = path.join(directory, name);
  if (kind !== 'not-found') return { file, kind, pattern: undefined };
  const index = path.join(path.dirname(name), `index${path.extname(name)}`);
  return { file, kind, pattern: naming(file, () => toRoutePath(index, prefix)).pattern };
}

/**
 * The route file with a name.
 *
 * @param name the path of the file below the directory
 * @throws RouteLoadError if it can't be a path
 */
export function routeFileAt(name: string, { directory, prefix }: RouteDirectory): RouteFile {
  const file = path.join(directory, name);
  return { file, ...naming(file, () => toRoutePath(name, prefix)) };
}

/** Adds the absolute path to an error that names a route file by a shorter path. */
export function naming<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RouteLoadError) throw new RouteLoadError(file, error.message);
    throw error;
  }
}
