import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';

import { entriesBelow } from './entries-below.ts';
import { PathWatcher } from './watch-paths.ts';

/** What a watcher tells. */
export interface WatchCallbacks {
  /**
   * Called with the paths that changed, or none after `wake()`; never again before it has finished. The signal says
   * that there is something newer, for whoever would wait long.
   */
  readonly onChange: (paths: readonly string[], newer: AbortSignal) => Promise<void>;
  /** Called when the platform does not watch something. */
  readonly onError: (error: unknown) => void;
}

// Editors write a file in several steps, and tools write many files at once.
const QUIET = 20;
const PATIENCE = 100;
// chokidar keeps a second change of a file within 50 ms to itself.
const THROTTLE = 60;
// It also keeps a second deletion within 100 ms to itself, and never looks into a folder again that came back after it.
const BLIND = 150;
// How far apart two changes are at least whose times differ, in milliseconds.
const GRAIN = 15;

/**
 * Watches folders of routes, and single files anywhere, until it is closed. It calls back when nothing has happened
 * for 20 ms, and at the latest after 100 ms. A folder that is deleted, and a file that is not there yet, are seen
 * when they come.
 */
export class FileWatcher {
  readonly #callbacks: WatchCallbacks;
  readonly #roots = new Set<string>();
  readonly #files = new Set<string>();
  readonly #changed = new Set<string>();
  /** What files were like when their change was told, if a later one looks different. */
  readonly #told = new Map<string, string>();
  /** Folders that were deleted, with the time when that was heard of. */
  readonly #gone = new Map<string, number>();
  readonly #looks = new Set<NodeJS.Timeout>();
  #paths: PathWatcher;
  #renewal: NodeJS.Timeout | undefined;
  #timer: NodeJS.Timeout | undefined;
  #since = 0;
  #running: AbortController | undefined;
  #woken = false;
  #closed = false;

  constructor(callbacks: WatchCallbacks) {
    this.#callbacks = callbacks;
    this.#paths = this.#watchPaths();
  }

  /**
   * Resolves when the folders and the files are watched.
   *
   * @param roots absolute, folders of which everything is watched, without links
   * @param files absolute
   * @param since when they were read, by `Date.now()`: what changed later is news
   */
  async add(roots: readonly string[], files: readonly string[], since: number): Promise<void> {
    for (const root of roots) this.#roots.add(root);
    for (const file of files) this.#files.add(file);
    await this.#paths.add(roots, files, () => since);
  }

  /** Has `onChange` called although nothing has changed. */
  wake(): void {
    this.#woken = true;
    void this.#flush();
  }

  /** Calls back no more. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#renewal);
    for (const timer of this.#looks) clearTimeout(timer);
    await this.#paths.close();
  }

  #watchPaths(): PathWatcher {
    return new PathWatcher({
      onPath: (file) => this.#note(file),
      onFolderGone: (folder) => this.#renewLater(folder),
      onError: this.#callbacks.onError,
    });
  }

  #renewLater(folder: string): void {
    if (this.#closed) return;
    if (!this.#gone.has(folder)) this.#gone.set(folder, Date.now());
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(() => void this.#renew(), BLIND);
  }

  /**
   * Watches everything anew, until no folder has changed meanwhile. News is all that is found in a folder that was
   * gone, and what has changed elsewhere since.
   */
  async #renew(): Promise<void> {
    const gone = [...this.#gone.keys()];
    const since = Math.min(...this.#gone.values()) - BLIND;
    this.#gone.clear();
    const isBack = (file: string): boolean =>
      gone.some((folder) => (file + path.sep).startsWith(folder + path.sep));
    const folders = await this.#folders();
    // First the end of the old one: chokidar would share its blind watch of a folder.
    await this.#paths.close();
    this.#paths = this.#watchPaths();
    await this.#paths.add([...this.#roots], [...this.#files], (file) => (isBack(file) ? 0 : since));
    if (this.#closed) await this.#paths.close();
    else if ((await this.#folders()) !== folders) for (const root of this.#roots) this.#renewLater(root);
  }

  /** Tells one state of the folders below the roots from another: one that was made anew is another one. */
  async #folders(): Promise<string> {
    const folders = [...this.#roots].map(async (root) => {
      const entries = await entriesBelow(root);
      const below = entries.filter((entry) => entry.isDirectory());
      return Promise.all(
        [root, ...below.map(({ parentPath, name }) => path.join(parentPath, name))].map(async (folder) => {
          const found = await stat(folder).catch(() => undefined);
          return `${folder} ${found?.ino} ${found?.birthtimeMs}`;
        }),
      );
    });
    return (await Promise.all(folders)).flat().sort().join('\n');
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
    if (this.#closed || (this.#changed.size === 0 && !this.#woken)) return;
    if (this.#running) {
      this.#running.abort();
      return;
    }
    const running = (this.#running = new AbortController());
    const all = [...this.#changed];
    this.#changed.clear();
    const states = await Promise.all(all.map(stateOf));
    // One write may be heard of twice.
    const files = all.filter((file, index) => states[index] === '' || this.#told.get(file) !== states[index]);
    const seen = states.filter((_, index) => files.includes(all[index] ?? ''));
    for (const [index, file] of files.entries()) this.#remember(file, seen[index] ?? '');
    if (files.length === 0 && !this.#woken) {
      this.#running = undefined;
      return this.#flush();
    }
    this.#woken = false;
    this.#later(async () => {
      const now = await Promise.all(files.map(stateOf));
      for (const [index, file] of files.entries()) if (now[index] !== seen[index]) this.#note(file);
      // A file that comes together with the folders above it may be there before they are watched.
      const { awaited } = this.#paths;
      for (const file of awaited) if (existsSync(file) && awaited.delete(file)) this.#note(file);
    });
    try {
      await this.#callbacks.onChange(files, running.signal);
    } finally {
      this.#running = undefined;
      void this.#flush();
    }
  }

  /** Within the grain of a file system's clock, a second write may look like the first one. */
  #remember(file: string, state: string): void {
    if (Date.now() - Number.parseFloat(state) > GRAIN) this.#told.set(file, state);
    else this.#told.delete(file);
  }

  #later(task: () => Promise<void>): void {
    const timer = setTimeout(() => {
      this.#looks.delete(timer);
      void task();
    }, THROTTLE);
    this.#looks.add(timer);
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
