import { existsSync, lstatSync, type Stats } from 'node:fs';
import path from 'node:path';

import type { FSWatcher } from 'chokidar';

import { entriesBelow } from './entries-below.ts';
import { folderFileMeant, isLoadedFile } from './folder-file.ts';
import { isRouteFolder } from './route-path.ts';

/** The callbacks of a {@link PathWatcher}. */
export interface PathCallbacks {
  /** Called with each path that was created, changed or deleted. */
  readonly onPath: (file: string) => void;
  /** Called in addition with each deleted folder. */
  readonly onFolderGone: (folder: string) => void;
  /** Called if the platform can't watch something. */
  readonly onError: (error: unknown) => void;
}

// Milliseconds by which a file system's clock may be behind.
const SLACK = 10;

const NOT_BELOW_ROOTS = /(?:^|[/\\])(?:node_modules|\.git)(?:[/\\]|$)/;

/** The group of files outside of all roots. */
const ELSEWHERE = '';

/** Watches folders of routes and single files with chokidar, including files that do not exist yet. */
export class PathWatcher {
  /** Requested files that do not exist yet. */
  readonly awaited = new Set<string>();
  readonly #callbacks: PathCallbacks;
  readonly #roots = new Set<string>();
  readonly #folders = new Set<string>();
  /** Watched files without extension (`x.js` may be created as `x.ts`), and the folders above them. */
  readonly #wanted = new Set<string>();
  /** Paths that existed when they were added, with the time from which on to report their changes. */
  readonly #known = new Map<string, number>();
  /**
   * One per root, and one for all other files, since only a new watcher tells when it is ready. No path has two watchers:
   * chokidar would keep a blind watch of a replaced file until both have noticed.
   */
  readonly #watchers = new Map<string, Promise<FSWatcher>>();
  #closed = false;

  constructor(callbacks: PathCallbacks) {
    this.#callbacks = callbacks;
  }

  /**
   * Resolves when everything is watched, or soon will be. Earlier changes are reported too.
   *
   * @param roots folders to watch as a whole, as absolute paths without links
   * @param files absolute
   * @param sinceOf returns the time from which on to report changes of a path, by `Date.now()`
   */
  async add(
    roots: readonly string[],
    files: readonly string[],
    sinceOf: (file: string) => number,
  ): Promise<void> {
    const fresh = roots.filter((root) => !this.#covers(root));
    for (const root of fresh) this.#roots.add(root);
    const added = [...fresh, ...files].flatMap((file) => this.#want(file, sinceOf));
    if (this.#closed) return;
    const groups = new Map<string, string[]>(fresh.map((root) => [root, [root]]));
    for (const file of added) {
      if (this.#roots.has(file)) continue;
      const home = this.#rootOf(file) ?? ELSEWHERE;
      groups.set(home, [...(groups.get(home) ?? []), file]);
    }
    await Promise.all([...groups].map(([home, paths]) => this.#watch(home, paths, sinceOf)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#watchers.values()].map(async (watcher) => (await watcher).close()));
  }

  async #watch(home: string, paths: string[], sinceOf: (file: string) => number): Promise<void> {
    const running = this.#watchers.get(home);
    if (running) {
      (await running).add(paths);
      return;
    }
    const starting = this.#start(home, paths, sinceOf);
    this.#watchers.set(home, starting);
    const watcher = await starting;
    if (home !== ELSEWHERE) await this.#tellMissed(home, watcher);
  }

  async #start(home: string, paths: string[], sinceOf: (file: string) => number): Promise<FSWatcher> {
    // Loaded here, since production doesn't need it.
    const { watch } = await import('chokidar');
    const watcher = watch(paths, {
      // Its support for atomic writes delays every deletion by 100 ms.
      atomic: false,
      // It would follow loops forever. The targets of links are added by their real paths.
      followSymlinks: false,
      ignored: (file, stats) => this.#isIgnored(home, file, stats),
    });
    let ready = false;
    watcher.on('error', this.#callbacks.onError);
    watcher.on('all', (event, file, stats) => {
      if (event.startsWith('unlink')) {
        this.#known.delete(file);
        this.#folders.delete(file);
      } else if (event.startsWith('add')) {
        const before = this.#known.get(file) ?? (ready ? 0 : sinceOf(file));
        // It is watched now, but may have changed since chokidar looked.
        const now = lstatSync(file, { throwIfNoEntry: false }) ?? stats;
        if (now && now.mtimeMs < before - SLACK) return;
      }
      this.#callbacks.onPath(file);
      if (event === 'unlinkDir') this.#callbacks.onFolderGone(file);
    });
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    ready = true;
    return watcher;
  }

  /** Reports changes between chokidar's reading of a folder and its start of watching it. */
  async #tellMissed(root: string, watcher: FSWatcher): Promise<void> {
    const entries = await entriesBelow(root);
    const watched = watcher.getWatched();
    for (const { parentPath, name } of entries) {
      const file = path.join(parentPath, name);
      if (watched[parentPath]?.includes(name)) continue;
      const stats = lstatSync(file, { throwIfNoEntry: false });
      if (stats && !this.#isIgnored(root, file, stats)) this.#callbacks.onPath(file);
    }
  }

  /** The paths for chokidar to watch: the file itself, and the folder in which it may be created or deleted. */
  #want(file: string, sinceOf: (file: string) => number): string[] {
    if (this.#known.has(file)) return [];
    const isThere = existsSync(file);
    if (isThere) this.#known.set(file, sinceOf(file));
    else this.awaited.add(file);
    const isNew = !this.#wanted.has(withoutExtension(file));
    this.#wanted.add(withoutExtension(file));
    let folder = path.dirname(file);
    while (!this.#wanted.has(folder)) {
      this.#wanted.add(folder);
      folder = path.dirname(folder);
    }
    folder = path.dirname(file);
    while (!existsSync(folder)) folder = path.dirname(folder);
    const added = isNew && isThere ? [file] : [];
    if (!this.#folders.has(folder) && !this.#rootOf(folder + path.sep)) {
      this.#folders.add(folder);
      // Other changes in that folder are not reported.
      this.#known.set(folder, Infinity);
      added.push(folder);
    }
    return added;
  }

  /** The innermost root of a file. A linked folder may be inside another one, or inside an ignored folder. */
  #rootOf(file: string): string | undefined {
    return [...this.#roots]
      .filter((root) => file.startsWith(root + path.sep))
      .reduce<string | undefined>((a, b) => (a !== undefined && a.length > b.length ? a : b), undefined);
  }

  /** Whether a folder is already watched, as a root or below one. */
  #covers(folder: string): boolean {
    if (this.#roots.has(folder)) return true;
    const root = this.#rootOf(folder);
    return root !== undefined && !NOT_BELOW_ROOTS.test(folder.slice(root.length));
  }

  #isIgnored(home: string, file: string, stats: Stats | undefined): boolean {
    const root = this.#rootOf(file);
    const isWanted = this.#wanted.has(file) || this.#wanted.has(withoutExtension(file));
    if (home === ELSEWHERE) return root !== undefined || !isWanted;
    if (file === home) return false;
    if (root !== home) return true;
    if (isWanted) return false;
    if (NOT_BELOW_ROOTS.test(file.slice(root.length))) return true;
    const name = path.basename(file);
    if (stats?.isSymbolicLink()) return !isLoadedFile(name) && !isRouteFolder(name);
    return stats?.isFile() === true && !isLoadedFile(name) && folderFileMeant(name) === undefined;
  }
}

function withoutExtension(file: string): string {
  return file.slice(0, file.length - path.extname(file).length);
}
