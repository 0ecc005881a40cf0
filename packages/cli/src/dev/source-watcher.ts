import { fstatSync, type Stats } from 'node:fs';
import path from 'node:path';

import type { FSWatcher } from 'chokidar';

// Milliseconds without a change to wait for. Editors write a file in several steps, and tools write many files at once.
const QUIET = 50;

/** Watches the files of an app, or all that might become part of it. */
export class SourceWatcher {
  readonly #onError: (error: unknown) => void;
  readonly #changed = new Set<string>();
  #watcher: FSWatcher | undefined;
  #watched = '';
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  /** @param onError called if something can't be watched; everything else still is */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Watches only these files. Resolves when watching has begun. */
  async files(files: readonly string[]): Promise<void> {
    const wanted = new Set(files);
    // Folders, since many editors replace a file instead of writing it.
    const folders = [...new Set(files.map((file) => path.dirname(file)))];
    await this.#watch(`files ${[...wanted].sort().join()}`, folders, {
      depth: 0,
      ignored: (file, stats) => stats?.isFile() === true && !wanted.has(file),
    });
  }

  /** Watches everything in a folder, including `.env` files, except for installed, built and hidden files. */
  async everything(folder: string): Promise<void> {
    await this.#watch(`everything ${folder}`, [folder], {
      ignored: (file, stats) =>
        isOwnOutput(stats) ||
        path
          .relative(folder, file)
          .split(path.sep)
          .some((part) =>
            /^(?:node_modules|dist|coverage|\.(?!env(?:\.development)?(?:\.local)?$).+)$/.test(part),
          ),
    });
  }

  /** Resolves with the files that have changed since the last call, once changes have stopped. */
  async next(): Promise<string[]> {
    if (this.#changed.size === 0 || this.#timer) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.take();
  }

  /** Returns the files that have changed since the last call. */
  take(): string[] {
    const files = [...this.#changed];
    this.#changed.clear();
    return files;
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#watcher?.close();
  }

  async #watch(
    what: string,
    paths: string[],
    options: {
      depth?: number;
      ignored: (file: string, stats?: Stats) => boolean;
    },
  ): Promise<void> {
    if (what === this.#watched) return;
    this.#watched = what;
    const { watch } = await import('chokidar');
    const watcher = watch(paths, { ...options, ignoreInitial: true });
    watcher.on('all', (event, file) => {
      if (!event.endsWith('Dir')) this.#note(path.resolve(file));
    });
    watcher.on('error', this.#onError);
    await new Promise<void>((resolve) => watcher.once('ready', resolve));
    await this.#watcher?.close();
    this.#watcher = watcher;
  }

  #note(file: string): void {
    this.#changed.add(file);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#changed.size > 0) this.#wake?.();
    }, QUIET);
  }
}

/** Whether this process's output goes to a file, as in `blaize dev > dev.log`. Restarting for that would never end. */
function isOwnOutput(stats: Stats | undefined): boolean {
  if (stats?.isFile() !== true) return false;
  return [1, 2].some((descriptor) => {
    // Without `bigint`, Node 20 and 22 would no longer follow links to modules if this is a pipe (nodejs/node#51142).
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    return Number(dev) === stats.dev && Number(ino) === stats.ino;
  });
}
