import { existsSync } from 'node:fs';
import path from 'node:path';

import type { FSWatcher } from 'chokidar';

import { isRouteFile } from './route-path.ts';

/** What is heard of paths. */
export interface PathCallbacks {
  /** Called with what is new, changed or gone. */
  readonly onPath: (file: string) => void;
  /** Called, too, with a folder that is gone. */
  readonly onFolderGone: (folder: string) => void;
  /** Called when the platform does not watch something. */
  readonly onError: (error: unknown) => void;
}

// What a file system's clock may be behind.
const SLACK = 10;

const NOT_BELOW_ROOTS = /(?:^|[/\\])(?:node_modules|\.git)(?:[/\\]|$)/;

/** Has chokidar watch folders of routes and single files, also such as are not there yet. */
export class PathWatcher {
  /** What was asked for and is not there yet. */
  readonly awaited = new Set<string>();
  readonly #callbacks: PathCallbacks;
  readonly #roots = new Set<string>();
  readonly #folders = new Set<string>();
  /** Watched files, without extension (`x.js` may come as `x.ts`), and the folders that lead to them. */
  readonly #wanted = new Set<string>();
  /** What was there when it was added, with the time from which on a change of it is news. */
  readonly #known = new Map<string, number>();
  #closed = false;
  #starting: Promise<FSWatcher> | undefined;

  constructor(callbacks: PathCallbacks) {
    this.#callbacks = callbacks;
  }

  /**
   * Resolves when all of it is watched, or soon will be.
   *
   * @param roots absolute, folders of which everything is watched
   * @param files absolute
   * @param sinceOf from when on a change of a path is news, by `Date.now()`
   */
  async add(
    roots: readonly string[],
    files: readonly string[],
    sinceOf: (file: string) => number,
  ): Promise<void> {
    for (const root of roots) this.#roots.add(root);
    const added = [...roots, ...files].flatMap((file) => this.#want(file, sinceOf));
    if (this.#closed || added.length === 0) return;
    if (this.#starting) (await this.#starting).add(added);
    else await (this.#starting = this.#start(added, sinceOf));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#starting)?.close();
  }

  async #start(paths: string[], sinceOf: (file: string) => number): Promise<FSWatcher> {
    // Loaded here, since nobody watches in production.
    const { watch } = await import('chokidar');
    const watcher = watch(paths, {
      // Its way with atomic writes delays every deletion by 100 ms.
      atomic: false,
      ignored: (file, stats) => this.#isIgnored(file, stats?.isFile() === true),
    });
    let ready = false;
    watcher.on('error', this.#callbacks.onError);
    watcher.on('all', (event, file, stats) => {
      if (event.startsWith('unlink')) {
        this.#known.delete(file);
        this.#folders.delete(file);
      } else if (event.startsWith('add')) {
        const before = this.#known.get(file) ?? (ready ? 0 : sinceOf(file));
        if (stats && stats.mtimeMs < before - SLACK) return;
      }
      this.#callbacks.onPath(file);
      if (event === 'unlinkDir') this.#callbacks.onFolderGone(file);
    });
    // What is added earlier may be lost.
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    ready = true;
    return watcher;
  }

  /** Gives what chokidar has to be told for a path: itself, and the folder where it is seen to come and go. */
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
      // Whatever else happened in it is no news.
      this.#known.set(folder, Infinity);
      added.push(folder);
    }
    return added;
  }

  #rootOf(file: string): string | undefined {
    return [...this.#roots].find((root) => file.startsWith(root + path.sep));
  }

  #isIgnored(file: string, isFile: boolean): boolean {
    if (this.#wanted.has(file) || this.#wanted.has(withoutExtension(file))) return false;
    const root = this.#rootOf(file);
    if (root === undefined) return true;
    return NOT_BELOW_ROOTS.test(file.slice(root.length)) || (isFile && !isRouteFile(path.basename(file)));
  }
}

function withoutExtension(file: string): string {
  return file.slice(0, file.length - path.extname(file).length);
}
