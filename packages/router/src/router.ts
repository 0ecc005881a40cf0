import path from 'node:path';

import { BlaizeError, RouteConflictError } from '@blaizejs/errors';
import type {
  AnyRoute,
  MiddlewareInput,
  RouteInfo,
  RouteOptions,
  Router as RouterContract,
  RouteSchema,
} from '@blaizejs/types';

import { loadRoutes, type RouteDirectory, type RouteEntry } from './load-routes.ts';
import { ModuleLoader } from './module-loader.ts';
import { isKnownMethod, type RouteMatch, RouteTable, type RouteTableOptions } from './route-table.ts';
import { watchFiles, type Watcher } from './watch-files.ts';

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
  readonly #directories = new Map<RouteDirectory, RouteEntry[]>();
  readonly #added: RouteEntry[] = [];
  #own: RouteTable<RouteEntry> | undefined;
  #watcher: Watcher | undefined;
  #closed = false;

  constructor(settings: RouterSettings = {}) {
    this.#settings = settings;
    this.#loader = new ModuleLoader(settings.watch === true);
  }

  get routes(): readonly RouteInfo[] {
    return this.#entries()
      .map(({ method, pattern, file }) => ({ method, pattern, file }))
      .sort((a, b) => compare(a.pattern, b.pattern) || compare(a.method, b.method));
  }

  addRoute<S extends RouteSchema, const M extends MiddlewareInput[], Result>(
    method: string,
    pattern: string,
    route: RouteOptions<S, M, Result>,
  ): void {
    if (!isKnownMethod(method)) {
      throw invalid(`${JSON.stringify(method)} is not a method that HTTP defines; methods are in capitals`);
    }
    if (typeof pattern !== 'string' || !pattern.startsWith('/')) {
      throw invalid(`a pattern begins with "/", unlike ${JSON.stringify(pattern)}`);
    }
    if (typeof (route as Partial<AnyRoute> | undefined)?.handler !== 'function') {
      throw invalid(`the route for ${method} ${pattern} has no handler function`);
    }
    const entry: RouteEntry = { method, pattern, wildcard: undefined, route, file: undefined };
    this.#assertNoConflict([...this.#entries(), entry]);
    this.#added.push(entry);
    this.#changed();
  }

  async addRouteDirectory(directory: string, options: { prefix?: string | undefined } = {}): Promise<void> {
    const source: RouteDirectory = { directory: path.resolve(directory), prefix: options.prefix ?? '' };
    const entries = await loadRoutes(source, this.#loader);
    this.#assertNoConflict([...this.#entries(), ...entries]);
    this.#directories.set(source, entries);
    this.#changed();
    if (this.#settings.watch && !this.#closed) {
      this.#watcher ??= await watchFiles((files) => this.#reload(files));
      this.#watcher.add([source.directory, ...(await this.#loader.files())]);
    }
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
      entries.filter(({ method }) => method === 'HEAD').map((entry) => this.#keyOf(entry)),
    );
    for (const entry of entries) {
      const compiled = compile(entry);
      table.add(entry.method, entry.pattern, compiled, entry.wildcard);
      const head = { ...entry, method: 'HEAD' };
      if (entry.method === 'GET' && !heads.has(this.#keyOf(head))) {
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
    try {
      await this.#loader.invalidate(files);
      const loaded = await Promise.all(
        [...this.#directories.keys()].map(
          async (source) => [source, await loadRoutes(source, this.#loader)] as const,
        ),
      );
      if (this.#closed) return;
      this.#assertNoConflict([...this.#added, ...loaded.flatMap(([, entries]) => entries)]);
      for (const [source, entries] of loaded) this.#directories.set(source, entries);
      this.#changed();
      this.#settings.onReload?.(this.#entries().length);
    } catch (error) {
      if (!this.#closed) this.#settings.onError?.(error);
    } finally {
      // Also after an error: a helper that did not load has to be watched to see it mended.
      this.#watcher?.add(await this.#loader.files());
    }
  }

  #entries(): RouteEntry[] {
    return [...this.#added, ...[...this.#directories.values()].flat()];
  }

  #changed(): void {
    this.#own = undefined;
    this.#settings.onChange?.();
  }

  #assertNoConflict(entries: readonly RouteEntry[]): void {
    const taken = new Map<string, RouteEntry>();
    for (const entry of entries) {
      const key = this.#keyOf(entry);
      const other = taken.get(key);
      if (other) {
        throw new RouteConflictError(
          `Two routes for ${entry.method} ${entry.pattern}: one ${sourceOf(other)}, one ${sourceOf(entry)}. ` +
            'Remove one of them, or change its method or path.',
        );
      }
      taken.set(key, entry);
    }
  }

  /** Equal for routes that serve the same requests: names of parameters make no difference. */
  #keyOf({ method, pattern }: RouteEntry): string {
    let key = pattern.replaceAll(/(?<!:):[A-Za-z_$][\w$]*/g, ':');
    if (this.#settings.caseSensitive === false) key = key.toLowerCase();
    if (this.#settings.ignoreTrailingSlash) key = key.replace(/(?<=.)\/$/, '');
    return `${method} ${key}`;
  }
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
