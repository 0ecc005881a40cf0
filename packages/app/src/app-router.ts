import { BlaizeError } from '@blaizejs/errors';
import type { RouteFiles, RouteFilesSettings } from '@blaizejs/router/files';
import { type RouteEntry, RouteSet, type RouteSetOptions, type RouteTable } from '@blaizejs/router/internal';
import type { AnyRoute, RouteInfo, Router } from '@blaizejs/types';

/** Opens the folders of route files of an app. Called once, when the first folder is added. */
export type OpenRouteFiles = (
  routes: RouteSet,
  settings: RouteFilesSettings,
) => Promise<Pick<RouteFiles, 'add' | 'close'>>;

/** What the router of an app can be told. */
export interface AppRouterSettings extends RouteSetOptions, RouteFilesSettings {
  /** Is given what takes back each addition. */
  readonly onAdd: (undo: () => void) => void;
}

/** The routes of an app, from code and, if it can open them, from folders. */
export class AppRouter implements Router {
  readonly #settings: AppRouterSettings;
  readonly #open: OpenRouteFiles | undefined;
  readonly #set: RouteSet;
  #files: ReturnType<OpenRouteFiles> | undefined;

  /** @param open how folders are read; without it, the app has no file system */
  constructor(settings: AppRouterSettings, open?: OpenRouteFiles) {
    this.#settings = settings;
    this.#open = open;
    this.#set = new RouteSet(settings);
  }

  get routes(): readonly RouteInfo[] {
    return this.#set.routes;
  }

  // What a route must be is in the signature of the interface; what it is, the set of routes looks at.
  addRoute(method: string, pattern: string, route: object): void {
    this.#settings.onAdd(this.#set.add(method, pattern, route as AnyRoute));
  }

  async addRouteDirectory(directory: string, options?: { prefix?: string | undefined }): Promise<void> {
    if (!this.#open) {
      throw new BlaizeError(
        'ERR_BLAIZE_NO_FILE_SYSTEM',
        `addRouteDirectory(): ${directory} can't be read: an app from createApp() has no file system. ` +
          'Add its routes with addRoute().',
      );
    }
    const files = await (this.#files ??= this.#open(this.#set, this.#settings));
    this.#settings.onAdd(await files.add(directory, options));
  }

  /** Builds a table of all routes, with what `compile` makes of each. */
  table<E>(compile: (entry: RouteEntry) => E): RouteTable<E> {
    return this.#set.table(compile);
  }

  /** Stops watching. What is served stays. */
  async close(): Promise<void> {
    const files = this.#files;
    this.#files = undefined;
    // What did not open has nothing to close.
    await files?.then(
      (opened) => opened.close(),
      () => undefined,
    );
  }
}
