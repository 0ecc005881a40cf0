import { existsSync } from 'node:fs';
import path from 'node:path';

import type { RouteCheck } from './check-route.ts';
import {
  type FolderFile,
  type FoundRoutes,
  lookForRoutes,
  type RouteDirectory,
  type RouteFile,
} from './find-route-files.ts';
import { combine, covers, type FolderPart, FolderParts } from './folder-parts.ts';
import { type FailedLoad, groupByReason, toRouteLoadError } from './import-failure.ts';
import { byStatus, isPart, type Modules, type Pending, type Target } from './load-results.ts';
import { entriesIn } from './load-routes.ts';
import { loadedFileAt } from './loaded-file.ts';
import {
  type Loaded,
  type LoadedModule,
  type ModuleLoader,
  peek,
  settle,
  type Wait,
} from './module-loader.ts';
import { type RouteModules, routeModulesOf } from './provided-modules.ts';
import type { ServedEntry } from './route-entry.ts';
import type { Candidate, ServedRoutes } from './served-routes.ts';

/** An error that keeps route files from being served. */
export interface Failure {
  /** Absolute. */
  readonly files: readonly string[];
  readonly error: unknown;
}

/** The result of an attempt to load the routes of folders. */
export interface Attempt {
  readonly candidates: readonly Candidate[];
  readonly failures: readonly Failure[];
  readonly pending: readonly Pending[];
  /** The real paths of linked folders of routes. */
  readonly linked: readonly string[];
  /** The targets of broken links. */
  readonly awaited: readonly string[];
  /** Files whose names seem to misspell that of a folder file, with what was meant. */
  readonly misspelt: ReadonlyMap<string, string>;
}

/** Like {@link Wait}, with the route files. */
export type WaitForFiles = (
  loading: readonly Promise<Loaded>[],
  files: readonly string[],
) => ReturnType<Wait>;

/** Finds and loads the route files of folders, even if some of them have errors. */
export class RouteReader {
  readonly #loader: ModuleLoader;
  readonly #served: ServedRoutes;
  readonly #check: RouteCheck | undefined;
  readonly #parts = new FolderParts();
  /** What each list of entries was created from. */
  readonly #origins = new WeakMap<readonly ServedEntry[], Origin>();

  constructor(loader: ModuleLoader, served: ServedRoutes, check?: RouteCheck) {
    this.#loader = loader;
    this.#served = served;
    this.#check = check;
  }

  /** Reads all sources again. Whatever cannot be read keeps its current routes. */
  async readAll(sources: readonly RouteDirectory[], wait: WaitForFiles): Promise<Attempt> {
    const failures: Failure[] = [];
    const found = await Promise.all(
      sources.map(async (source) => {
        const nothing: FoundRoutes = {
          ...{ files: [], folderFiles: [], linked: [], awaited: [] },
          ...{ problems: new Map(), misspelt: new Map() },
        };
        // Modules provided by a build do not change.
        if (routeModulesOf(source.directory)) return { source, ...nothing, keepsAll: true };
        try {
          return { source, ...(await lookForRoutes(source)), keepsAll: false };
        } catch (error) {
          failures.push({ files: [source.directory], error });
          return { source, ...nothing, keepsAll: true };
        }
      }),
    );
    const targets = found.flatMap(({ source, files, folderFiles }) =>
      [...files, ...folderFiles].map((file) => ({ source, file })),
    );
    const paths = targets.map(({ file }) => file.file);
    const results = await this.#loader.load(paths, (loading) => wait(loading, paths));
    for (const { source, folderFiles, problems, keepsAll } of found) {
      const known = new Set(folderFiles.map(({ file }) => file));
      this.#parts.retain(source, (file) => keepsAll || known.has(file) || isIn(problems, file));
    }
    // If a file was deleted since it was found, its own change event follows.
    const attempt = await this.#sort(targets, results, existsSync);
    const kept = found.flatMap(({ source, problems, keepsAll }) =>
      this.#kept(source, keepsAll ? undefined : problems),
    );
    return {
      candidates: [...attempt.candidates, ...kept],
      failures: [
        ...failures,
        ...found.flatMap(({ problems }) => [...problems].map(([file, error]) => ({ files: [file], error }))),
        ...attempt.failures,
      ],
      pending: attempt.pending,
      linked: found.flatMap(({ linked }) => linked),
      awaited: found.flatMap(({ awaited }) => awaited),
      misspelt: new Map(found.flatMap(({ misspelt }) => [...misspelt])),
    };
  }

  /**
   * Reads a source for the first time.
   *
   * @throws RouteLoadError if the folder can't be read, or contains a file that can't be a route
   */
  async read(source: RouteDirectory, wait: WaitForFiles): Promise<Attempt> {
    const provided = routeModulesOf(source.directory);
    if (provided) return this.#readProvided(source, provided, wait);
    const { files, folderFiles, linked, problems, misspelt } = await lookForRoutes(source);
    for (const problem of problems.values()) throw problem;
    const targets = [...files, ...folderFiles].map((file) => ({ source, file }));
    const paths = targets.map(({ file }) => file.file);
    const results = await this.#loader.load(paths, (loading) => wait(loading, paths));
    return { ...(await this.#sort(targets, results)), linked, awaited: [], misspelt };
  }

  async #readProvided(source: RouteDirectory, modules: RouteModules, wait: WaitForFiles): Promise<Attempt> {
    const files = Object.keys(modules).map((name) => loadedFileAt(name, source));
    const loading = Object.values(modules).map((load) => settle(load()));
    await wait(
      loading,
      files.map(({ file }) => file),
    );
    const results = await Promise.all(loading.map(peek));
    const targets = files.map((file) => ({ source, file }));
    return { ...(await this.#sort(targets, results)), linked: [], awaited: [], misspelt: new Map() };
  }

  /** Sorts results into routes, failures and pending files, in the order of the files. */
  async #sort(
    targets: readonly Target[],
    results: readonly Loaded[],
    isThere: (file: string) => boolean = () => true,
  ): Promise<Omit<Attempt, 'linked' | 'awaited' | 'misspelt'>> {
    const { modules, pending, failed } = byStatus(targets, results, isThere);
    // What applies to the routes below it comes first.
    const parts = this.#takeParts(targets, modules);
    const missing = targets.filter(
      ({ source, file }) => isPart(file) && !this.#parts.has(source, file.file) && isThere(file.file),
    );
    const routes = this.#takeRoutes(targets, modules, missing);
    const explained = await Promise.all(groupByReason(failed).map((group) => this.#explain(group)));
    const order = new Map(targets.map(({ file: { file } }, index) => [file, index]));
    const placeOf = ({ files }: Failure): number => order.get(files[0] ?? '') ?? 0;
    const withHeld = (files: readonly string[]): string[] =>
      files.flatMap((file) => [file, ...(routes.held.get(file) ?? [])]);
    return {
      candidates: [...parts.candidates, ...routes.candidates],
      failures: [...parts.failures, ...routes.failures, ...explained]
        .sort((a, b) => placeOf(a) - placeOf(b))
        .map(({ files, error }) => ({ files: withHeld(files), error })),
      pending: pending.flatMap(({ file, settled }) =>
        withHeld([file]).map((each) => ({ file: each, settled })),
      ),
    };
  }

  /** Keeps what the `_middleware` and `_error` files that loaded say. */
  #takeParts(targets: readonly Target[], modules: Modules): Taken {
    const taken: Taken = { candidates: [], failures: [] };
    for (const target of targets) {
      const { source, file: found } = target;
      if (!isPart(found)) continue;
      const module = modules.get(target);
      const part = module && attempt(found.file, taken, () => this.#parts.set(source, found, module));
      taken.candidates.push({ source, file: found.file, entries: part?.entries });
    }
    return taken;
  }

  /**
   * Makes the entries of the files that serve something.
   *
   * @param missing the parts that did not load; what is below one of them can't be served yet
   * @returns also `held`: the files below a missing part, by its path
   */
  #takeRoutes(
    targets: readonly Target[],
    modules: Modules,
    missing: readonly Target[],
  ): Taken & { readonly held: ReadonlyMap<string, readonly string[]> } {
    const taken: Taken = { candidates: [], failures: [] };
    const held = new Map<string, string[]>();
    for (const target of targets) {
      const { source, file: found } = target;
      if (isPart(found)) continue;
      const { file } = found;
      const module = modules.get(target);
      const above = missing.find((other) => other.source === source && covers(other.file.file, file));
      let entries: readonly ServedEntry[] | undefined;
      if (above) held.set(above.file.file, [...(held.get(above.file.file) ?? []), file]);
      else {
        const made = module && attempt(file, taken, () => this.#entriesOf(source, found, module));
        entries = made ?? this.#renewed(source, file);
      }
      taken.candidates.push({ source, file, entries });
    }
    return { ...taken, held };
  }

  async #explain(group: readonly FailedLoad[]): Promise<Failure> {
    const files = group.map(({ file }) => file);
    const [first = '', ...others] = files;
    const suspects = await this.#loader.suspects(first);
    return { files, error: await toRouteLoadError(group[0]?.reason, first, suspects, others) };
  }

  /** Returns the same objects as long as the module, and what applies to it, are the same. */
  #entriesOf(
    source: RouteDirectory,
    found: RouteFile | FolderFile,
    module: LoadedModule,
  ): readonly ServedEntry[] {
    const parts = this.#parts.above(source, found.file);
    const served = this.#served.of(source).get(found.file);
    const origin = served && this.#origins.get(served);
    if (served && origin?.module === module && isSame(origin.parts, parts)) return served;
    const entries = entriesIn(found, module, combine(parts), this.#check);
    this.#origins.set(entries, { found, module, parts });
    return entries;
  }

  /** The current entries of a file that did not load, with what applies to it now; undefined if there are none. */
  #renewed(source: RouteDirectory, file: string): readonly ServedEntry[] | undefined {
    const served = this.#served.of(source).get(file);
    const origin = served && this.#origins.get(served);
    return origin && this.#entriesOf(source, origin.found, origin.module);
  }

  /**
   * The files of a source that are still served although they were not found. @param problems errors by path; undefined if
   * no file of the source could be found
   */
  #kept(source: RouteDirectory, problems: FoundRoutes['problems'] | undefined): Candidate[] {
    return [...this.#served.of(source).keys()].flatMap((file) =>
      problems === undefined || isIn(problems, file)
        ? { source, file, entries: this.#renewed(source, file) }
        : [],
    );
  }
}

interface Taken {
  readonly candidates: Candidate[];
  readonly failures: Failure[];
}

/** Runs `read`, and notes what it throws as a failure of the file. */
function attempt<T>(file: string, { failures }: Taken, read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    failures.push({ files: [file], error });
    return undefined;
  }
}

/** What entries were created from. */
interface Origin {
  readonly found: RouteFile | FolderFile;
  readonly module: LoadedModule;
  readonly parts: readonly FolderPart[];
}

/** Whether a file is, or is below, one of the places that have a problem. */
function isIn(problems: FoundRoutes['problems'], file: string): boolean {
  return [...problems.keys()].some((place) => file === place || file.startsWith(place + path.sep));
}

function isSame(a: readonly FolderPart[], b: readonly FolderPart[]): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index]);
}
