import { BlaizeError } from '@blaizejs/errors';
import { leftOut } from '@blaizejs/errors/internal';
import type { RouteFiles, RouteFilesSettings } from '@blaizejs/router/files';
import {
  bundledRoutes,
  type NotFoundEntry,
  type RouteEntry,
  RouteSet,
  type RouteSetOptions,
  type RouteTable,
} from '@blaizejs/router/internal';
import type { AnyRoute, RouteInfo, Router } from '@blaizejs/types';

declare const BLAIZE_WITHOUT_FOLDERS: true | undefined;

const none = /* @__PURE__ */ leftOut('addRouteDirectory()');

/** Loads route files from folders. Called once, when the first folder is added. */
export type OpenRouteFiles = (
  routes: RouteSet,
  settings: RouteFilesSettings,
) => Promise<Pick<RouteFiles, 'add' | 'close'>>;

/** The settings of an app's router. */
export interface AppRouterSettings extends RouteSetOptions, RouteFilesSettings {
  /** Called for each addition, with a function that removes it. */
  readonly onAdd: (undo: () => void) => void;
}

/** The routes of an app, from code and, if it can open them, from folders. */
export class AppRouter implements Router {
  readonly #settings: AppRouterSettings;
  readonly #open: OpenRouteFiles | undefined;
  readonly #set: RouteSet;
  #files: ReturnType<OpenRouteFiles> | undefined;

  /** @param open reads folders; without it, the app has no file system */
  constructor(settings: AppRouterSettings, open?: OpenRouteFiles) {
    this.#settings = settings;
    this.#open = open;
    this.#set = new RouteSet(settings);
  }

  get routes(): readonly RouteInfo[] {
    return this.#set.routes;
  }

  // The interface has the precise signature; the set of routes checks the value.
  addRoute(method: string, pattern: string, route: object): void {
    this.#settings.onAdd(this.#set.add(method, pattern, route as AnyRoute));
  }

  async addRouteDirectory(directory: string, options?: { prefix?: string | undefined }): Promise<void> {
    if (typeof BLAIZE_WITHOUT_FOLDERS !== 'undefined') return none();
    const open = this.#open ?? bundledRoutes();
    if (!open) {
      throw new BlaizeError(
        'ERR_BLAIZE_NO_FILE_SYSTEM',
        `addRouteDirectory(): ${directory} can't be read: an app from createApp() has no file system. ` +
          'Build it with `blaize build --target worker` (or lambda), or add its routes with addRoute().',
      );
    }
    const files = await (this.#files ??= open(this.#set, this.#settings));
    this.#settings.onAdd(await files.add(directory, options));
  }

  /** Builds a table of all routes, with what `compile` returns for each. */
  table<E>(compile: (entry: RouteEntry, vary: readonly string[]) => E): RouteTable<E> {
    return this.#set.table(compile);
  }

  /** Builds a table of what answers requests without a route. As that of {@link RouteSet}. */
  notFoundTable<E>(compile: (entry: NotFoundEntry) => E): RouteTable<E> | undefined {
    return this.#set.notFoundTable(compile);
  }

  /** Stops watching files. The routes stay. */
  async close(): Promise<void> {
    const files = this.#files;
    this.#files = undefined;
    // If it failed to open, there is nothing to close.
    await files?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }
}
