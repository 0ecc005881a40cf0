import { BlaizeError, RouteConflictError } from '@blaizejs/errors';
import { leftOut, toError } from '@blaizejs/errors/internal';
import type { AnyRoute, RouteInfo } from '@blaizejs/types';

import { type RouteCheck, routeProblem } from './check-route.ts';
import { constraintKey, type RequestHead, varyOf, weightOf } from './constraints.ts';
import { isRoute } from './create-route.ts';
import { isKnownMethod } from './http-methods.ts';
import { patternProblem } from './pattern-problem.ts';
import {
  createRouteEntry,
  isNotFoundEntry,
  isRouteEntry,
  type NotFoundEntry,
  type RouteEntry,
  type ServedEntry,
} from './route-entry.ts';
import { isPlain, keysOf } from './route-pattern.ts';
import { type RouteMatch, type RouteRefusal, RouteTable, type RouteTableOptions } from './route-table.ts';

declare const BLAIZE_WITHOUT_CONSTRAINTS: true | undefined;
declare const BLAIZE_WITHOUT_FOLDER_FILES: true | undefined;
declare const BLAIZE_WITHOUT_FOLDERS: true | undefined;

const none = /* @__PURE__ */ leftOut('addRouteDirectory()');

/** What a set of routes can be told. */
export interface RouteSetOptions extends RouteTableOptions {
  /** Called whenever the set of routes changes. If it throws, the change is undone. */
  readonly onChange?: (() => void) | undefined;
  /** Finds problems with a route that only the app can know. */
  readonly check?: RouteCheck | undefined;
}

/** The routes of an app: those added in code, and those of other sources, such as folders. Reads and writes nothing. */
export class RouteSet {
  readonly #options: RouteSetOptions;
  readonly #added: RouteEntry[] = [];
  #sources: ReadonlyMap<object, readonly ServedEntry[]> = new Map();
  /** What each served method and path belongs to. */
  #taken = new Map<string, ServedEntry>();
  #routes: readonly RouteInfo[] | undefined;
  #table: RouteTable<RouteEntry> | undefined;
  readonly #conflicts = new WeakMap<RouteConflictError, readonly ServedEntry[]>();

  constructor(options: RouteSetOptions = {}) {
    this.#options = options;
  }

  /** What the app finds wrong with a route; for those of other sources, too. */
  get check(): RouteCheck | undefined {
    return this.#options.check;
  }

  /** The routes, in order of pattern and method. HEAD routes that GET stands in for are not listed. */
  get routes(): readonly RouteInfo[] {
    return (this.#routes ??= this.#entries()
      .map(({ info }) => info)
      .sort((a, b) => compare(a.pattern, b.pattern) || compare(a.method, b.method)));
  }

  /**
   * Adds a route without a file.
   *
   * @param method in capitals; one that was made by a `create…Route` function is added for its own method only
   * @param pattern in find-my-way's form: `/users/:id`, `/files/*`
   * @returns what takes it away again
   * @throws BlaizeError (`ERR_BLAIZE_ROUTE`) for what is no method, pattern or route
   * @throws RouteConflictError if that method and path is served already
   */
  add(method: string, pattern: string, route: AnyRoute): () => void {
    const entry = this.#check(method, pattern, route);
    const keys = this.#assertFree(this.#taken, entry);
    try {
      // Said here and now: in a table of all routes it would be everybody's problem.
      if (!isPlain(pattern) || route.constraints)
        new RouteTable(this.#options).add(method, pattern, entry, undefined, route.constraints);
    } catch (error) {
      throw invalid(`${JSON.stringify(pattern)} is not a valid pattern: ${toError(error).message}`);
    }
    this.#added.push(entry);
    for (const key of keys) this.#taken.set(key, entry);
    const remove = (): void => {
      this.#added.splice(this.#added.indexOf(entry), 1);
      for (const key of keys) this.#taken.delete(key);
    };
    this.#changed(remove);
    return () => {
      if (!this.#added.includes(entry)) return;
      remove();
      this.#changed(() => undefined);
    };
  }

  /**
   * Replaces the routes of a source; none of them removes it.
   *
   * @param source any object: the routes are its own as long as it is passed again
   * @throws RouteConflictError if two routes serve one method and path; nothing has changed then
   */
  replace(source: object, entries: readonly ServedEntry[]): void {
    this.replaceAll(new Map([[source, entries]]));
  }

  /** Replaces the routes of several sources: of all of them, or of none. Otherwise as {@link RouteSet.replace}. */
  replaceAll(changes: ReadonlyMap<object, readonly ServedEntry[]>): void {
    if (typeof BLAIZE_WITHOUT_FOLDERS !== 'undefined') return none();
    const sources = new Map([...this.#sources, ...changes]);
    for (const [source, entries] of changes) if (entries.length === 0) sources.delete(source);
    const taken = new Map<string, ServedEntry>();
    for (const entry of [...this.#added, ...[...sources.values()].flat()]) {
      for (const key of this.#assertFree(taken, entry)) taken.set(key, entry);
    }
    const before = [this.#sources, this.#taken] as const;
    [this.#sources, this.#taken] = [sources, taken];
    this.#changed(() => {
      [this.#sources, this.#taken] = before;
    });
  }

  /** The two routes that a conflict of this set is about. */
  entriesOf(conflict: RouteConflictError): readonly ServedEntry[] {
    return this.#conflicts.get(conflict) ?? [];
  }

  /** Finds the route for a request, by method and target (`/users/1?full=1`). As `find()` of a table. */
  find(
    method: string,
    target: string,
    head?: RequestHead,
  ): RouteMatch<RouteEntry> | RouteRefusal | undefined {
    this.#table ??= this.table((entry) => entry);
    return this.#table.find(method, target, head);
  }

  /**
   * Builds a table of all routes, with what `compile` makes of each. HEAD is served by GET if it has no route.
   *
   * @param compile also gets the request headers that decide between this route and others of its method and pattern
   */
  table<E>(compile: (entry: RouteEntry, vary: readonly string[]) => E): RouteTable<E> {
    const table = new RouteTable<E>(this.#options);
    const entries = this.#entries();
    let vary: ReadonlyMap<string, readonly string[]> | undefined;
    if (
      typeof BLAIZE_WITHOUT_CONSTRAINTS === 'undefined' &&
      entries.some(({ info }) => info.constraints !== undefined)
    ) {
      // The most constrained comes last, which is found first.
      entries.sort((a, b) => weightOf(a.info.constraints) - weightOf(b.info.constraints));
      vary = headersByKey(entries, this.#options);
    }
    for (const entry of entries) {
      const { method, pattern, wildcard, constraints } = entry.info;
      const headers = keysOf(method, pattern, this.#options).flatMap((key) => vary?.get(key) ?? []);
      const compiled = compile(entry, [...new Set(headers)]);
      table.add(method, pattern, compiled, wildcard, constraints);
      const heads = keysOf('HEAD', pattern, this.#options, constraintKey(constraints));
      if (method !== 'GET' || heads.some((key) => this.#taken.has(key))) continue;
      table.add('HEAD', pattern, compiled, wildcard, constraints);
    }
    return table;
  }

  /**
   * Builds a table of what answers requests without a route, by path, for the method GET; undefined if there is nothing of
   * that kind. The deepest folder is found first.
   */
  notFoundTable<E>(compile: (entry: NotFoundEntry) => E): RouteTable<E> | undefined {
    if (typeof BLAIZE_WITHOUT_FOLDER_FILES !== 'undefined') return undefined;
    const entries = [...this.#sources.values()].flat().filter(isNotFoundEntry);
    if (entries.length === 0) return undefined;
    // A request that no route serves has no parameter that could be too long.
    const table = new RouteTable<E>({ ...this.#options, maxParamLength: Number.MAX_SAFE_INTEGER });
    for (const entry of entries) {
      const { pattern } = entry.info;
      const compiled = compile(entry);
      table.add('GET', pattern, compiled);
      table.add('GET', pattern === '/' ? '/*' : `${pattern}/*`, compiled);
    }
    return table;
  }

  #check(method: string, pattern: unknown, route: AnyRoute): RouteEntry {
    if (!isKnownMethod(method)) {
      throw invalid(`${JSON.stringify(method)} is not a method that HTTP defines; methods are in capitals`);
    }
    if (isRoute(route) && route.method !== method) {
      throw invalid(`a route that was made for ${route.method} can't be added for ${method}`);
    }
    if (typeof pattern !== 'string' || !pattern.startsWith('/')) {
      throw invalid(`a pattern begins with "/", unlike ${JSON.stringify(pattern)}`);
    }
    const unmatchable = patternProblem(pattern);
    if (unmatchable !== undefined) throw invalid(`the pattern ${JSON.stringify(pattern)} ${unmatchable}`);
    const problem = routeProblem(route, method, this.check);
    if (problem !== undefined) throw invalid(`the route for ${method} ${pattern} ${problem}`);
    return createRouteEntry({ method, pattern, route });
  }

  #entries(): RouteEntry[] {
    return [...this.#added, ...[...this.#sources.values()].flat().filter(isRouteEntry)];
  }

  #changed(undo: () => void): void {
    this.#routes = this.#table = undefined;
    try {
      this.#options.onChange?.();
    } catch (error) {
      // Whoever builds a table of the routes may find what is wrong with them.
      undo();
      this.#routes = this.#table = undefined;
      throw error;
    }
  }

  #assertFree(taken: ReadonlyMap<string, ServedEntry>, entry: ServedEntry): string[] {
    const { method, pattern } = entry.info;
    const constraint = isRouteEntry(entry) ? constraintKey(entry.info.constraints) : '';
    const keys = keysOf(method, pattern, this.#options, constraint);
    const other = keys.map((key) => taken.get(key)).find(Boolean);
    if (!other) return keys;
    const error = new RouteConflictError(
      !isRouteEntry(entry)
        ? `Two _404 files for ${pattern}: one ${other.origin}, one ${entry.origin}. Remove one of them.`
        : `Two routes for ${method} ${pattern}${constraint && ` with ${constraint}`}: one ${other.origin}, one ${entry.origin}. ` +
            'Remove one of them, or change its method or path.',
    );
    this.#conflicts.set(error, [other, entry]);
    throw error;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function invalid(problem: string): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_ROUTE', `addRoute(): ${problem}${/[.?]$/.test(problem) ? '' : '.'}`);
}

/** The headers that decide between routes of one method and pattern. */
function headersByKey(
  entries: readonly RouteEntry[],
  options: RouteTableOptions,
): ReadonlyMap<string, readonly string[]> {
  const headers = new Map<string, readonly string[]>();
  for (const { info } of entries) {
    for (const key of keysOf(info.method, info.pattern, options)) {
      headers.set(key, [...(headers.get(key) ?? []), ...varyOf(info.constraints ?? {})]);
    }
  }
  return headers;
}
