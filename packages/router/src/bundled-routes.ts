import { RouteLoadError } from '@blaizejs/errors';

import { bundledRoutes, setBundledRoutes } from './bundled-registry.ts';
import type { FolderFile, RouteDirectory, RouteFile } from './find-route-files.ts';
import { combine, FolderParts } from './folder-parts.ts';
import { isPart } from './load-results.ts';
import { entriesIn } from './load-routes.ts';
import { loadedFileAt } from './loaded-file.ts';
import type { LoadedModule } from './module-loader.ts';
import type { ServedEntry } from './route-entry.ts';
import type { RouteSet } from './route-set.ts';

/** Folders of routes in a bundle: the modules of each, by the path of their files in the folder. */
export type BundledFolders = Readonly<Record<string, Readonly<Record<string, LoadedModule>>>>;

/**
 * Provides the folders of routes that a build has put into a bundle: `app.router.addRouteDirectory('src/routes')` of an app
 * from `createApp()` then adds their routes. `blaize build --target` writes this call; another bundler can, too.
 *
 * ```ts
 * import * as user from './src/routes/users/[id].ts';
 * provideBundledRoutes({ 'src/routes': { 'users/[id].ts': user } });
 * ```
 *
 * @param folders by name, relative to the folder of the project
 * @returns a function that withdraws them
 */
export function provideBundledRoutes(folders: BundledFolders): () => void {
  const before = bundledRoutes();
  const open = (routes: RouteSet) => Promise.resolve(new BundledRoutes(routes, folders));
  setBundledRoutes(open);
  return () => {
    if (bundledRoutes() === open) setBundledRoutes(before);
  };
}

/** Adds the routes of bundled folders to a set. Reads no files. */
class BundledRoutes {
  readonly #routes: RouteSet;
  readonly #folders: ReadonlyMap<string, Readonly<Record<string, LoadedModule>>>;

  constructor(routes: RouteSet, folders: BundledFolders) {
    this.#routes = routes;
    this.#folders = new Map(Object.entries(folders).map(([name, modules]) => [normalised(name), modules]));
  }

  // Async, so that what it throws is a rejection as with files.
  async add(directory: string, { prefix = '' }: { prefix?: string | undefined } = {}): Promise<() => void> {
    const name = normalised(directory);
    const modules = this.#folders.get(name);
    if (!modules) {
      throw new RouteLoadError(
        directory,
        `Route directory ${directory}: it is not in the bundle, which has the routes of ${[...this.#folders.keys()].join(', ')}. ` +
          "Give its path from the project's folder, and build it with --routes.",
      );
    }
    const source: RouteDirectory = { directory: name, prefix };
    this.#routes.replace(source, entriesOf(source, modules, this.#routes));
    return () => this.#routes.replace(source, []);
  }

  /** Does nothing: there is nothing to watch. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

function entriesOf(
  source: RouteDirectory,
  modules: Readonly<Record<string, LoadedModule>>,
  { check }: RouteSet,
): ServedEntry[] {
  const found = Object.entries(modules).map(([name, module]) => ({
    file: loadedFileAt(name, source),
    module,
  }));
  const parts = new FolderParts();
  const files: { readonly file: RouteFile | FolderFile; readonly module: LoadedModule }[] = [];
  for (const each of found) {
    if (isPart(each.file)) parts.set(source, each.file, each.module);
    else files.push(each);
  }
  return files.flatMap(({ file, module }) => [
    ...entriesIn(file, module, combine(parts.above(source, file.file)), check),
  ]);
}

/** `./src/routes/` is `src/routes`. */
function normalised(directory: string): string {
  const parts = directory.split(/[/\\]/).filter((part) => part !== '' && part !== '.');
  return (directory.startsWith('/') ? '/' : '') + parts.join('/');
}
