import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';

import type { FSWatcher } from 'chokidar';

import { isRouteFile } from './route-path.ts';

/** What a watcher tells. */
export interface WatchCallbacks {
  /** Called with the paths that changed; never again before it has finished. */
  readonly onChange: (paths: readonly string[]) => Promise<void>;
  /** Called when the platform does not watch something. */
  readonly onError: (error: unknown) => void;
}

// Editors write a file in several steps, and tools write many files at once.
const QUIET = 20;
const PATIENCE = 100;
// chokidar keeps a second change of a file within 50 ms to itself.
const THROTTLE = 60;
// What a file system's clock may be behind.
const SLACK = 10;

const NOT_BELOW_ROOTS = /(?:^|[/\\])(?:node_modules|\.git)(?:[/\\]|$)/;

/**
 * Watches folders of routes, and single files anywhere, until it is closed. It calls back when nothing has happened
 * for 20 ms, and at the latest after 100 ms. A folder that is deleted, and a file that is not there yet, are seen
 * when they come.
 */
export class FileWatcher {
  readonly #callbacks: WatchCallbacks;
  readonly #roots = new Set<string>();
  readonly #folders = new Set<string>();
  /** Watched files, without extension (`x.js` may come as `x.ts`), and the folders that lead to them. */
  readonly #wanted = new Set<string>();
  /** What was there when it was added, with the time from which on a change of it is news. */
  readonly #known = new Map<string, number>();
  readonly #changed = new Set<string>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #timer: NodeJS.Timeout | undefined;
  #since = 0;
  #running = false;
  #closed = false;
  #starting: Promise<FSWatcher> | undefined;

  constructor(callbacks: WatchCallbacks) {
    this.#callbacks = callbacks;
  }

  /**
   * Resolves when the folder and the files are watched, or soon will be.
   *
   * @param root absolute, a folder of which everything is watched
   * @param files absolute
   * @param since when they were read, by `Date.now()`: what changed later is news
   */
  async add(root: string | undefined, files: readonly string[], since: number): Promise<void> {
    if (root !== undefined) this.#roots.add(root);
    const added = [root ?? [], files].flat().flatMap((file) => this.#want(file, since));
    if (this.#closed || added.length === 0) return;
    if (this.#starting) (await this.#starting).add(added);
    else await (this.#starting = this.#start(added, since));
  }

  /** What was asked for and is not there yet. */
  readonly #awaited = new Set<string>();

  /** Calls back no more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const timer of this.#timers) clearTimeout(timer);
    await (await this.#starting)?.close();
  }

  async #start(paths: string[], since: number): Promise<FSWatcher> {
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
        const before = this.#known.get(file) ?? (ready ? 0 : since);
        if (stats && stats.mtimeMs < before - SLACK) return;
      }
      this.#note(file);
    });
    // What is added earlier may be lost.
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    ready = true;
    return watcher;
  }

  /** Gives what chokidar has to be told for a path: itself, and the folder where it is seen to come and go. */
  #want(file: string, since: number): string[] {
    if (this.#known.has(file)) return [];
    const isThere = existsSync(file);
    if (isThere) this.#known.set(file, since);
    else this.#awaited.add(file);
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

  #note(file: string): void {
    if (this.#closed) return;
    this.#changed.add(file);
    const now = performance.now();
    if (this.#timer) clearTimeout(this.#timer);
    else this.#since = now;
    this.#timer = setTimeout(
      () => void this.#flush(),
      Math.max(0, Math.min(QUIET, this.#since + PATIENCE - now)),
    );
  }

  async #flush(): Promise<void> {
    this.#timer = undefined;
    if (this.#running || this.#closed || this.#changed.size === 0) return;
    this.#running = true;
    const files = [...this.#changed];
    this.#changed.clear();
    const seen = await Promise.all(files.map(stateOf));
    this.#later(async () => {
      const now = await Promise.all(files.map(stateOf));
      for (const [index, file] of files.entries()) if (now[index] !== seen[index]) this.#note(file);
      // A file that comes together with the folders above it may be there before they are watched.
      for (const file of this.#awaited) {
        if (existsSync(file) && this.#awaited.delete(file)) this.#note(file);
      }
    });
    try {
      await this.#callbacks.onChange(files);
    } finally {
      this.#running = false;
      void this.#flush();
    }
  }

  #later(task: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      void task();
    }, THROTTLE);
    this.#timers.add(timer);
  }
}

async function stateOf(file: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}

function withoutExtension(file: string): string {
  return file.slice(0, file.length - path.extname(file).length);
}
