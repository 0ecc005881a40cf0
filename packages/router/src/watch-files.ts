import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';

import { entriesBelow } from './entries-below.ts';
import { PathWatcher } from './watch-paths.ts';

/** The callbacks of a {@link FileWatcher}. */
export interface WatchCallbacks {
  /**
   * Called with the changed paths, or none after `wake()`. Not called again before it has finished. The signal aborts when
   * there are newer changes, so that it can stop waiting.
   */
  readonly onChange: (paths: readonly string[], newer: AbortSignal) => Promise<void>;
  /** Called if the platform can't watch something. */
  readonly onError: (error: unknown) => void;
}

// Editors write a file in several steps, and tools write many files at once.
const QUIET = 20;
const PATIENCE = 100;
// chokidar does not report a second change of a file within 50 ms.
const THROTTLE = 60;
// It does not report a second deletion within 100 ms either, and never looks again into a folder that came back after it.
const BLIND = 150;
// Milliseconds by which two changes must differ to have different times.
const GRAIN = 15;

/**
 * Watches folders of routes, and single files anywhere, until it is closed. Calls back when nothing has happened for 20 ms,
 * and after 100 ms at the latest. Also notices when a deleted folder comes back, or a missing file is created.
 */
export class FileWatcher {
  readonly #callbacks: WatchCallbacks;
  readonly #roots = new Set<string>();
  readonly #files = new Set<string>();
  readonly #changed = new Set<string>();
  /** The state of each file when its change was reported, unless a later change could look the same. */
  readonly #told = new Map<string, string>();
  /** Deleted folders, with the time at which that was noticed. */
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
   * Resolves when the folders and files are watched.
   *
   * @param roots folders to watch as a whole, as absolute paths without links
   * @param files absolute
   * @param since the time at which they were read, by `Date.now()`; later changes are reported
   */
  async add(roots: readonly string[], files: readonly string[], since: number): Promise<void> {
    for (const root of roots) this.#roots.add(root);
    for (const file of files) this.#files.add(file);
    await this.#paths.add(roots, files, () => since);
  }

  /** Calls `onChange` although nothing has changed. */
  wake(): void {
    this.#woken = true;
    this.#flushUnlessSoon();
  }

  /** Stops calling back. */
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
   * Starts watching from scratch, again and again until no folder changes meanwhile. Reports everything in folders that were
   * gone, and later changes elsewhere.
   */
  async #renew(): Promise<void> {
    const gone = [...this.#gone.keys()];
    const since = Math.min(...this.#gone.values()) - BLIND;
    this.#gone.clear();
    const isBack = (file: string): boolean =>
      gone.some((folder) => (file + path.sep).startsWith(folder + path.sep));
    const folders = await this.#folders();
    // Close the old one first: chokidar would share its blind watch of a folder.
    await this.#paths.close();
    this.#paths = this.#watchPaths();
    await this.#paths.add([...this.#roots], [...this.#files], (file) => (isBack(file) ? 0 : since));
    if (this.#closed) await this.#paths.close();
    else if ((await this.#folders()) !== folders) for (const root of this.#roots) this.#renewLater(root);
  }

  /** Identifies the state of the folders below the roots. A folder that was created again counts as different. */
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
    // One write may cause two events.
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
      // A file that is created together with its folders may exist before they are watched.
      const { awaited } = this.#paths;
      for (const file of awaited) if (existsSync(file) && awaited.delete(file)) this.#note(file);
    });
    try {
      await this.#callbacks.onChange(files, running.signal);
    } finally {
      this.#running = undefined;
      this.#flushUnlessSoon();
    }
  }

  /** What has just been noted waits for its timer: more may come, and its file may be half written. */
  #flushUnlessSoon(): void {
    if (this.#timer === undefined) void this.#flush();
  }

  /** Within the resolution of a file system's clock, a second write may look like the first one. */
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
