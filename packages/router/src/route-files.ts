import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';

import { loadRoutes, type RouteDirectory } from './load-routes.ts';
import { ModuleLoader } from './module-loader.ts';
import { routeModulesOf } from './provided-modules.ts';
import type { RouteEntry } from './route-entry.ts';
import { isRouteFile } from './route-path.ts';
import type { RouteSet } from './route-set.ts';
import { FileWatcher } from './watch-files.ts';

/** What folders of route files can be told. */
export interface RouteFilesSettings {
  /** Whether changed route files, and what they import, are loaded again. Default: false. */
  readonly watch?: boolean | undefined;
  /** Called when changed files are live, with the number of all routes. */
  readonly onReload?: ((count: number) => void) | undefined;
  /** Called when changed files do not load; what was served before is still served. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Folders of route files, whose routes it puts into a set and, if it watches, keeps up to date there. */
export class RouteFiles {
  readonly #routes: RouteSet;
  readonly #settings: RouteFilesSettings;
  readonly #loader: ModuleLoader;
  readonly #watcher: FileWatcher | undefined;
  /** What is served of each folder. */
  readonly #served = new Map<RouteDirectory, readonly RouteEntry[]>();
  #closed = false;

  constructor(routes: RouteSet, settings: RouteFilesSettings = {}) {
    this.#routes = routes;
    this.#settings = settings;
    this.#loader = new ModuleLoader(settings.watch === true);
    if (!settings.watch) return;
    this.#watcher = new FileWatcher({
      onChange: (files) => this.#reload(files),
      onError: (error) => settings.onError?.(error),
    });
  }

  /**
   * Adds every route file below a folder: all of them, or none.
   *
   * @param directory absolute, or from the working directory
   * @param options.prefix put in front of every path: `/api/v2`
   * @returns what takes them away again
   * @throws RouteLoadError if the folder is missing or a file in it does not load
   * @throws RouteConflictError if one of its routes is served already
   */
  async add(directory: string, { prefix = '' }: { prefix?: string | undefined } = {}): Promise<() => void> {
    const source: RouteDirectory = { directory: path.resolve(directory), prefix };
    const since = Date.now();
    await this.#loader.invalidate([]);
    this.#serve(new Map([[source, await loadRoutes(source, this.#loader)]]));
    if (!routeModulesOf(source.directory)) {
      // By its real path, as modules are known.
      await this.#watcher?.add(await realpath(source.directory), await this.#loader.files(), since);
    }
    return () => {
      this.#served.delete(source);
      this.#routes.replace(source, []);
    };
  }

  /** Stops watching. What is served stays. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#watcher?.close();
  }

  /** Loads what changed. All of it is live, or nothing is. */
  async #reload(files: readonly string[]): Promise<void> {
    const since = Date.now();
    try {
      if (!(await this.#loader.invalidate(files))) return;
      const loaded = new Map<RouteDirectory, RouteEntry[]>();
      for (const source of this.#served.keys()) loaded.set(source, await loadRoutes(source, this.#loader));
      const gone = this.#goneFrom(loaded);
      if (gone.length > 0) await this.#loader.invalidate(gone);
      if (this.#closed) return;
      this.#serve(loaded);
      this.#settings.onReload?.(this.#routes.routes.length);
    } catch (error) {
      // A file that went while it was loaded: that it is gone is heard of next.
      const gone =
        error instanceof RouteLoadError && isRouteFile(path.basename(error.file)) && !existsSync(error.file);
      if (!this.#closed && !gone) this.#settings.onError?.(error);
    } finally {
      // Also after an error: a helper that did not load has to be watched to see it mended.
      await this.#watcher?.add(undefined, await this.#loader.files(), since);
    }
  }

  /** Files that are served and were not found again: one that comes back is another one, even if it is found at once. */
  #goneFrom(loaded: ReadonlyMap<RouteDirectory, readonly RouteEntry[]>): string[] {
    const found = new Set([...loaded.values()].flat().map(({ info }) => info.file));
    return [...loaded.keys()]
      .flatMap((source) => this.#served.get(source) ?? [])
      .flatMap(({ info: { file } }) => (file === undefined || found.has(file) ? [] : [file]));
  }

  #serve(loaded: ReadonlyMap<RouteDirectory, readonly RouteEntry[]>): void {
    this.#routes.replaceAll(loaded);
    for (const [source, entries] of loaded) this.#served.set(source, entries);
  }
}
