import { existsSync } from 'node:fs';
import path from 'node:path';

import {
  type FoundRoutes,
  lookForRoutes,
  type RouteDirectory,
  routeFileAt,
  type RouteFile,
} from './find-route-files.ts';
import { type FailedLoad, groupByReason, toRouteLoadError } from './import-failure.ts';
import { routesIn } from './load-routes.ts';
import {
  type Loaded,
  type LoadedModule,
  type ModuleLoader,
  peek,
  settle,
  type Wait,
} from './module-loader.ts';
import { type RouteModules, routeModulesOf } from './provided-modules.ts';
import type { RouteEntry } from './route-entry.ts';
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
  /** Route files that are still loading, each with a promise that resolves when it has. */
  readonly pending: readonly { readonly file: string; readonly settled: Promise<unknown> }[];
  /** The real paths of linked folders of routes. */
  readonly linked: readonly string[];
  /** The targets of broken links. */
  readonly awaited: readonly string[];
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
  /** The module from which each list of entries was created. */
  readonly #modules = new WeakMap<readonly RouteEntry[], LoadedModule>();

  constructor(loader: ModuleLoader, served: ServedRoutes) {
    this.#loader = loader;
    this.#served = served;
  }

  /** Reads all sources again. Whatever cannot be read keeps its current routes. */
  async readAll(sources: readonly RouteDirectory[], wait: WaitForFiles): Promise<Attempt> {
    const failures: Failure[] = [];
    const found = await Promise.all(
      sources.map(async (source) => {
        const nothing: FoundRoutes = { files: [], linked: [], awaited: [], problems: new Map() };
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
    const targets = found.flatMap(({ source, files }) => files.map((file) => ({ source, file })));
    const paths = targets.map(({ file }) => file.file);
    const results = await this.#loader.load(paths, (loading) => wait(loading, paths));
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
    const { files, linked, problems } = await lookForRoutes(source);
    for (const problem of problems.values()) throw problem;
    const paths = files.map(({ file }) => file);
    const results = await this.#loader.load(paths, (loading) => wait(loading, paths));
    const targets = files.map((file) => ({ source, file }));
    return { ...(await this.#sort(targets, results)), linked, awaited: [] };
  }

  async #readProvided(source: RouteDirectory, modules: RouteModules, wait: WaitForFiles): Promise<Attempt> {
    const files = Object.keys(modules).map((name) => routeFileAt(name, source));
    const loading = Object.values(modules).map((load) => settle(load()));
    await wait(
      loading,
      files.map(({ file }) => file),
    );
    const results = await Promise.all(loading.map(peek));
    const targets = files.map((file) => ({ source, file }));
    return { ...(await this.#sort(targets, results)), linked: [], awaited: [] };
  }

  /** Sorts results into routes, failures and pending files, in the order of the files. */
  async #sort(
    targets: readonly Target[],
    results: readonly Loaded[],
    isThere: (file: string) => boolean = () => true,
  ): Promise<Omit<Attempt, 'linked' | 'awaited'>> {
    const candidates: Candidate[] = [];
    const failures: Failure[] = [];
    const pending: { file: string; settled: Promise<unknown> }[] = [];
    const failedLoads: FailedLoad[] = [];
    for (const [index, { source, file: found }] of targets.entries()) {
      const { file } = found;
      const result = results[index] as Loaded;
      let entries: readonly RouteEntry[] | undefined;
      if (result.status === 'pending') {
        pending.push({ file, settled: result.settled });
      } else if (result.status === 'fulfilled') {
        try {
          entries = this.#entriesOf(source, found, result.value);
        } catch (error) {
          failures.push({ files: [file], error });
        }
      } else if (isThere(file)) {
        failedLoads.push({ file, reason: result.reason });
      }
      candidates.push({ source, file, entries });
    }
    failures.push(...(await Promise.all(groupByReason(failedLoads).map((group) => this.#explain(group)))));
    const order = new Map(targets.map(({ file: { file } }, index) => [file, index]));
    const placeOf = ({ files }: Failure): number => order.get(files[0] ?? '') ?? 0;
    return { candidates, failures: failures.sort((a, b) => placeOf(a) - placeOf(b)), pending };
  }

  async #explain(group: readonly FailedLoad[]): Promise<Failure> {
    const files = group.map(({ file }) => file);
    const [first = '', ...others] = files;
    const suspects = await this.#loader.suspects(first);
    return { files, error: await toRouteLoadError(group[0]?.reason, first, suspects, others) };
  }

  /** Returns the same objects as long as the module is the same. */
  #entriesOf(source: RouteDirectory, file: RouteFile, module: LoadedModule): readonly RouteEntry[] {
    const served = this.#served.of(source).get(file.file);
    if (served && this.#modules.get(served) === module) return served;
    const entries = routesIn(file, module);
    this.#modules.set(entries, module);
    return entries;
  }

  /**
   * The files of a source that are still served although they were not found. @param problems errors by path; undefined if
   * no file of the source could be found
   */
  #kept(source: RouteDirectory, problems: FoundRoutes['problems'] | undefined): Candidate[] {
    const places = problems && [...problems.keys()];
    return [...this.#served.of(source).keys()].flatMap((file) =>
      (places?.some((place) => file === place || file.startsWith(place + path.sep)) ?? true)
        ? { source, file, entries: undefined }
        : [],
    );
  }
}

interface Target {
  readonly source: RouteDirectory;
  readonly file: RouteFile;
}
