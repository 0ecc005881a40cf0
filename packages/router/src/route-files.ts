import { realpath } from 'node:fs/promises';
import path from 'node:path';

import { toError } from '@blaizejs/errors/internal';

import { routeFiles, type ServedRouteFiles } from './file-channels.ts';
import type { RouteDirectory } from './find-route-files.ts';
import { type Attempt, type Failure, RouteReader } from './load-attempt.ts';
import { ModuleLoader } from './module-loader.ts';
import { realPathOf } from './module-url.ts';
import { routeModulesOf } from './provided-modules.ts';
import { ReloadReport } from './reload-report.ts';
import type { RouteSet } from './route-set.ts';
import { ServedRoutes } from './served-routes.ts';
import { SlowLoads } from './slow-loads.ts';
import { FileWatcher } from './watch-files.ts';
import { adviceForWatchLimit } from './watch-limit.ts';

/** The options of {@link RouteFiles}. */
export interface RouteFilesSettings {
  /** Whether to reload route files when they or their imports change. Default: false. */
  readonly watch?: boolean | undefined;
  /**
   * Called when changed files are live, with the total number of routes, and with a line that describes the reload:
   * `reloaded src/routes/x.ts, 2 importers, 31 ms`.
   */
  readonly onReload?: ((count: number, line: string | undefined) => void) | undefined;
  /** Called for each changed file that does not load. Its previous routes are still served. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Called with all files that do not load, whenever that list changes; with an empty list once all of them load. */
  readonly onBroken?: ((problems: readonly string[]) => void) | undefined;
  /** Called with a message for developers: about a file that loads slowly, or a limit of the system. */
  readonly onNotice?: ((line: string) => void) | undefined;
}

/** Adds the routes of folders to a set and, if it watches, keeps them up to date. */
export class RouteFiles {
  readonly #routes: RouteSet;
  readonly #settings: RouteFilesSettings;
  readonly #loader: ModuleLoader;
  readonly #served: ServedRoutes;
  readonly #reader: RouteReader;
  readonly #watcher: FileWatcher | undefined;
  readonly #report = new ReloadReport();
  /** Failures, by message. */
  #broken: ReadonlyMap<string, Failure> = new Map();
  #problems: readonly string[] = [];
  readonly #slow: SlowLoads;
  /** Notifies folders that are being added, and wait for a slow file, of changes. */
  readonly #adding = new Set<() => void>();
  /** Misspelt files that were reported. */
  readonly #misspelt = new Set<string>();
  #growing: NodeJS.Immediate | undefined;
  #isLimitTold = false;
  #closed = false;

  constructor(routes: RouteSet, settings: RouteFilesSettings = {}) {
    this.#routes = routes;
    this.#settings = settings;
    this.#loader = new ModuleLoader(settings.watch === true, (at) => this.#watchMore(at));
    this.#served = new ServedRoutes(routes);
    this.#reader = new RouteReader(this.#loader, this.#served, routes.check);
    this.#slow = new SlowLoads({
      suspectsOf: (file) => this.#loader.suspects(file),
      say: (line) => settings.onNotice?.(line),
      wake: () => this.#watcher?.wake(),
    });
    if (!settings.watch) return;
    this.#watcher = new FileWatcher({
      onChange: (files, newer) => this.#reload(files, newer),
      onError: (error) => this.#onWatchError(error),
    });
  }

  /**
   * Adds every route file below a folder: all of them, or none. Follows links.
   *
   * @param directory absolute, or relative to the working directory
   * @param options.prefix put in front of every path: `/api/v2`
   * @returns a function that removes them
   * @throws RouteLoadError if the folder is missing or a file in it does not load
   * @throws RouteConflictError if one of its routes is already served
   */
  async add(directory: string, { prefix = '' }: { prefix?: string | undefined } = {}): Promise<() => void> {
    const source: RouteDirectory = { directory: path.resolve(directory), prefix };
    const since = Date.now();
    await this.#loader.invalidate([]);
    const { candidates, linked, misspelt } = await this.#readFirst(source, since);
    this.#served.add(source, candidates);
    this.#publish();
    await this.#sayMisspelt(misspelt);
    await this.#watch(source, linked, since);
    return () => this.#served.remove(source);
  }

  /** Stops watching. The current routes stay. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#loader.close();
    this.#slow.close();
    if (this.#growing) clearImmediate(this.#growing);
    await this.#watcher?.close();
  }

  /**
   * Reads a folder until all of it has loaded. If a slow file, or one of its imports, is saved again meanwhile, starts over.
   */
  async #readFirst(source: RouteDirectory, since: number): Promise<Attempt> {
    for (;;) {
      let restart = (): void => undefined;
      const changed = new Promise<void>((resolve) => (restart = resolve));
      const attempt = await this.#reader.read(source, (loading, files) =>
        this.#slow.waitAtStart(loading, files, async () => {
          this.#adding.add(restart);
          await this.#watch(source, [], since);
          await changed;
        }),
      );
      this.#adding.delete(restart);
      const [failure] = attempt.failures;
      if (failure) throw failure.error;
      if (attempt.pending.length === 0) return attempt;
    }
  }

  /** Loads changed files. A file that does not load keeps its previous routes, and does not affect the others. */
  async #reload(changed: readonly string[], newer: AbortSignal): Promise<void> {
    const since = Date.now();
    let linked: readonly string[] = [];
    let awaited: readonly string[] = [];
    try {
      const invalidated = await this.#loader.invalidate(changed);
      const { renewed } = invalidated;
      for (const restart of this.#adding) restart();
      if (!invalidated.concernsRoutes && changed.length > 0) return;
      if (invalidated.changed.length > 0) this.#report.begin(invalidated.changed, renewed);
      const fresh = new Set(renewed);
      this.#slow.begin(fresh);

      const before = new Set(this.#servedFiles());
      const { sources } = this.#served;
      const attempt = await this.#reader.readAll(sources, (loading, files) =>
        this.#slow.wait(loading, files, newer),
      );
      ({ linked, awaited } = attempt);
      // A file that comes back is a new file, even if it is found at once.
      const found = new Set(attempt.candidates.map(({ file }) => file));
      const gone = [...before].filter((file) => !found.has(file));
      if (gone.length > 0) await this.#loader.invalidate(gone);
      if (this.#closed) return;
      await this.#sayMisspelt(attempt.misspelt);
      const { changed: isChanged, rejected } = this.#served.replace(sources, attempt.candidates);
      if (isChanged) this.#publish();
      const failures = [
        ...attempt.failures,
        ...[...rejected].map(([{ file }, error]) => ({ files: [file], error })),
      ];
      this.#sayBroken(failures, attempt, (file) => fresh.has(realPathOf(file)) || changed.includes(file));
      await this.#sayReloaded(attempt, failures, before, isChanged);
    } catch (error) {
      if (this.#closed) return;
      this.#settings.onError?.(error);
      this.#tellBroken([toError(error).message]);
    } finally {
      // Also after an error: a module that did not load must be watched, to notice that it was fixed.
      await this.#watcher?.add(linked, [...(await this.#loader.files()), ...awaited], since);
    }
  }

  #sayBroken(failures: readonly Failure[], { pending }: Attempt, isNews: (file: string) => boolean): void {
    for (const { settled } of pending) void settled.then(() => this.#watcher?.wake());
    const broken = new Map(failures.map((failure) => [toError(failure.error).message, failure]));
    for (const [message, { files, error }] of broken) {
      if (!this.#broken.has(message) || files.some(isNews)) this.#settings.onError?.(error);
    }
    this.#broken = broken;
    this.#tellBroken([...broken.keys(), ...this.#slow.lines]);
  }

  /** Reports files whose names look like that of a folder file, unless a route imports them. */
  async #sayMisspelt(misspelt: Attempt['misspelt']): Promise<void> {
    if (!this.#settings.watch || misspelt.size === 0) return;
    const imported = new Set(await this.#loader.files());
    for (const [file, meant] of misspelt) {
      if (this.#misspelt.has(file) || imported.has(realPathOf(file))) continue;
      this.#misspelt.add(file);
      this.#settings.onNotice?.(
        `${path.relative(process.cwd(), file)} is not loaded, because its name begins with "_". Did you mean ${meant}?`,
      );
    }
  }

  #tellBroken(problems: readonly string[]): void {
    if (problems.join('\n') === this.#problems.join('\n')) return;
    this.#problems = problems;
    this.#settings.onBroken?.(problems);
  }

  async #sayReloaded(
    { candidates, pending }: Attempt,
    failures: readonly Failure[],
    before: ReadonlySet<string>,
    isChanged: boolean,
  ): Promise<void> {
    const failed = new Set(failures.flatMap(({ files }) => files).map(realPathOf));
    const open = new Set(pending.map(({ file }) => realPathOf(file)));
    const files = candidates.map(({ file }) => realPathOf(file));
    const imported = new Set(await this.#loader.files());
    const line = this.#report.end({
      live: new Set(files.filter((file) => !failed.has(file) && !open.has(file))),
      pending: open,
      failed,
      isKnown: (file) => imported.has(file) || files.includes(file) || before.has(file),
    });
    if (isChanged || line !== undefined) this.#settings.onReload?.(this.#routes.routes.length, line);
  }

  #publish(): void {
    if (!routeFiles.hasSubscribers) return;
    routeFiles.publish({ routes: this.#routes.routes } satisfies ServedRouteFiles);
  }

  #servedFiles(): string[] {
    return this.#served.sources.flatMap((source) => [...this.#served.of(source).keys()]);
  }

  async #watch({ directory }: RouteDirectory, linked: readonly string[], since: number): Promise<void> {
    if (!this.#watcher || routeModulesOf(directory)) return;
    // By real path, like modules.
    await this.#watcher.add([await realpath(directory), ...linked], await this.#loader.files(), since);
  }

  /** Watches modules that handlers have imported late. */
  #watchMore(since: number): void {
    if (this.#closed || this.#growing) return;
    this.#growing = setImmediate(() => {
      this.#growing = undefined;
      void this.#loader.files().then((files) => this.#watcher?.add([], files, since));
    });
  }

  #onWatchError(error: unknown): void {
    const advice = adviceForWatchLimit(error);
    if (advice === undefined) this.#settings.onError?.(error);
    else if (!this.#isLimitTold) this.#settings.onNotice?.(advice);
    this.#isLimitTold ||= advice !== undefined;
  }
}
