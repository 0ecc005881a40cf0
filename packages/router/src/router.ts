import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import path from 'node:path';

import { BlaizeError, RouteConflictError, RouteLoadError } from '@blaizejs/errors';
import { toError } from '@blaizejs/errors/internal';
import type {
  AnyRoute,
  MiddlewareInput,
  RouteInfo,
  RouteMethod,
  RouteOptions,
  RouteResult,
  Router as RouterContract,
  RouteSchema,
} from '@blaizejs/types';

import { isRoute } from './create-route.ts';
import { loadRoutes, type RouteDirectory, type RouteEntry } from './load-routes.ts';
import { ModuleLoader } from './module-loader.ts';
import { routeModulesOf } from './provided-modules.ts';
import { isRouteFile } from './route-path.ts';
import { isKnownMethod, type RouteMatch, RouteTable, type RouteTableOptions } from './route-table.ts';
import { FileWatcher } from './watch-files.ts';

/** What a router can be told. */
export interface RouterSettings extends RouteTableOptions {
  /** Whether changed route files, and what they import, are loaded anew. Default: false. */
  readonly watch?: boolean | undefined;
  /** Called whenever the routes are others than before. */
  readonly onChange?: (() => void) | undefined;
  /** Called when changed files are live, with the number of routes. */
  readonly onReload?: ((count: number) => void) | undefined;
  /** Called when changed files don't load; what was served before is still served. */
  readonly onError?: ((error: unknown) => void) | undefined;
}

/** Routes from files and from code, and what is served for a request. */
export class Router implements RouterContract {
  readonly #settings: RouterSettings;
  readonly #loader: ModuleLoader;
  readonly #watcher: FileWatcher | undefined;
  #directories: ReadonlyMap<RouteDirectory, readonly RouteEntry[]> = new Map();
  readonly #added: RouteEntry[] = [];
  /** What each served method and path belongs to. */
  #taken = new Map<string, RouteEntry>();
  #own: RouteTable<RouteEntry> | undefined;
  #closed = false;

  constructor(settings: RouterSettings = {}) {
    this.#settings = settings;
    this.#loader = new ModuleLoader(settings.watch === true);
    if (!settings.watch) return;
    this.#watcher = new FileWatcher({
      onChange: (files) => this.#reload(files),
      onError: (error) => settings.onError?.(error),
    });
  }

  get routes(): readonly RouteInfo[] {
    return this.#entries()
      .map(({ method, pattern, file }) => ({ method, pattern, file }))
      .sort((a, b) => compare(a.pattern, b.pattern) || compare(a.method, b.method));
  }

  addRoute<
    S extends RouteSchema,
    const M extends MiddlewareInput[],
    const Result extends RouteResult<S> | Promise<RouteResult<S>>,
  >(method: RouteMethod | (string & {}), pattern: string, route: RouteOptions<S, M, Result>): void {
    if (!isKnownMethod(method)) {
      throw invalid(`${JSON.stringify(method)} is not a method that HTTP defines; methods are in capitals`);
    }
    if (isRoute(route) && route.method !== method) {
      throw invalid(`a route that was made for ${route.method} can't be added for ${method}`);
    }
    if (typeof pattern !== 'string' || !pattern.startsWith('/')) {
      throw invalid(`a pattern begins with "/", unlike ${JSON.stringify(pattern)}`);
    }
    if (typeof (route as Partial<AnyRoute> | undefined)?.handler !== 'function') {
      throw invalid(`the route for ${method} ${pattern} has no handler function`);
    }
    if (!(route.middleware ?? []).every(isMiddleware)) {
      throw invalid(
        `the middleware of ${method} ${pattern} is to be functions or what createMiddleware() gave`,
      );
    }
    const entry: RouteEntry = { method, pattern, wildcard: undefined, route, file: undefined };
    const keys = this.#assertFree(this.#taken, entry);
    try {
      // Said here and now: in a table of all routes it would be everybody's problem.
      new RouteTable(this.#settings).add(method, pattern, entry);
    } catch (error) {
      throw invalid(`${JSON.stringify(pattern)} is no pattern: ${toError(error).message}`);
    }
    this.#added.push(entry);
    for (const key of keys) this.#taken.set(key, entry);
    try {
      this.#changed();
    } catch (error) {
      this.#added.pop();
      for (const key of keys) this.#taken.delete(key);
      throw error;
    }
  }

  async addRouteDirectory(directory: string, options: { prefix?: string | undefined } = {}): Promise<void> {
    const source: RouteDirectory = { directory: path.resolve(directory), prefix: options.prefix ?? '' };
    const since = Date.now();
    await this.#loader.invalidate([]);
    const entries = await loadRoutes(source, this.#loader);
    this.#serve(new Map([...this.#directories, [source, entries]]));
    if (routeModulesOf(source.directory)) return;
    // By its real path, as modules are known.
    await this.#watcher?.add(await realpath(source.directory), await this.#loader.files(), since);
  }

  /** Finds the route for a request, by method and target (`/users/1?full=1`). @throws as `RouteTable.find` */
  find(method: string, target: string): RouteMatch<RouteEntry> | undefined {
    this.#own ??= this.table((entry) => entry);
    return this.#own.find(method, target);
  }

  /** Builds a table of all routes, with what `compile` makes of each. HEAD is served by GET where it has no route. */
  table<E>(compile: (entry: RouteEntry) => E): RouteTable<E> {
    const table = new RouteTable<E>(this.#settings);
    const entries = this.#entries();
    const heads = new Set(
      entries.filter(({ method }) => method === 'HEAD').flatMap((entry) => this.#keysOf(entry)),
    );
    for (const entry of entries) {
      const compiled = compile(entry);
      table.add(entry.method, entry.pattern, compiled, entry.wildcard);
      const head = { ...entry, method: 'HEAD' };
      if (entry.method === 'GET' && !this.#keysOf(head).some((key) => heads.has(key))) {
        table.add('HEAD', entry.pattern, compiled, entry.wildcard);
      }
    }
    return table;
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
      for (const source of this.#directories.keys())
        loaded.set(source, await loadRoutes(source, this.#loader));
      // One that is gone and comes back is another one, even if it is found before its coming was heard of.
      const found = new Set([...loaded.values()].flat().map(({ file }) => file));
      const gone = [...loaded.keys()]
        .flatMap((source) => this.#directories.get(source) ?? [])
        .flatMap(({ file }) => (file === undefined || found.has(file) ? [] : [file]));
      if (gone.length > 0) await this.#loader.invalidate(gone);
      if (this.#closed) return;
      // A directory may have been added meanwhile.
      this.#serve(new Map([...this.#directories, ...loaded]));
      this.#settings.onReload?.(this.#entries().length);
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

  #serve(directories: ReadonlyMap<RouteDirectory, readonly RouteEntry[]>): void {
    const taken = new Map<string, RouteEntry>();
    for (const entry of [...this.#added, ...[...directories.values()].flat()]) {
      for (const key of this.#assertFree(taken, entry)) taken.set(key, entry);
    }
    const before = [this.#directories, this.#taken] as const;
    [this.#directories, this.#taken] = [directories, taken];
    try {
      this.#changed();
    } catch (error) {
      // Who builds a table of them may find what is wrong with them.
      [this.#directories, this.#taken] = before;
      throw error;
    }
  }

  #entries(): RouteEntry[] {
    return [...this.#added, ...[...this.#directories.values()].flat()];
  }

  #changed(): void {
    this.#own = undefined;
    this.#settings.onChange?.();
  }

  #assertFree(taken: ReadonlyMap<string, RouteEntry>, entry: RouteEntry): string[] {
    const keys = this.#keysOf(entry);
    const other = keys.map((key) => taken.get(key)).find(Boolean);
    if (!other) return keys;
    throw new RouteConflictError(
      `Two routes for ${entry.method} ${entry.pattern}: one ${sourceOf(other)}, one ${sourceOf(entry)}. ` +
        'Remove one of them, or change its method or path.',
    );
  }

  /** Shared by routes that serve the same requests: names of parameters make no difference. */
  #keysOf({ method, pattern }: Pick<RouteEntry, 'method' | 'pattern'>): string[] {
    const optional = /\/:[^/()]*\?$/.exec(pattern);
    // `/users/:id?` is `/users/:id` and `/users`.
    if (optional) {
      const shorter = pattern.slice(0, optional.index) || '/';
      return [pattern.slice(0, -1), shorter].flatMap((each) => this.#keysOf({ method, pattern: each }));
    }
    let key = pattern.replaceAll(/(::)|:[A-Za-z_$][\w$]*/g, (_match, escaped?: string) => escaped ?? ':');
    if (this.#settings.caseSensitive === false) key = key.toLowerCase();
    if (this.#settings.ignoreTrailingSlash) key = key.replace(/(?<=.)\/$/, '');
    return [`${method} ${key}`];
  }
}

function isMiddleware(value: unknown): boolean {
  return (
    typeof value === 'function' || typeof (value as { handler?: unknown } | null)?.handler === 'function'
  );
}

function sourceOf({ file }: RouteEntry): string {
  return file === undefined ? 'added in code' : `in ${path.relative(process.cwd(), file)}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function invalid(problem: string): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_ROUTE', `addRoute(): ${problem}.`);
}
