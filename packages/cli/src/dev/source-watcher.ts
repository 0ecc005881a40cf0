import { fstatSync, type Stats } from 'node:fs';
import path from 'node:path';

import type { FSWatcher } from 'chokidar';

// Milliseconds. Editors write a file in several steps, and tools write many files at once.
const QUIET = 50;

/** Watches the files that an app consists of, or all that might become part of it. */
export class SourceWatcher {
  readonly #onError: (error: unknown) => void;
  readonly #changed = new Set<string>();
  #watcher: FSWatcher | undefined;
  #watched = '';
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  /** @param onError called where something can't be watched; the rest is */
  constructor(onError: (error: unknown) => void) {
    this.#onError = onError;
  }

  /** Watches these files and no others. Resolves when it does. */
  async files(files: readonly string[]): Promise<void> {
    const wanted = new Set(files);
    // Folders, since many editors replace a file instead of writing it.
    const folders = [...new Set(files.map((file) => path.dirname(file)))];
    await this.#watch(`files ${[...wanted].sort().join()}`, folders, {
      depth: 0,
      ignored: (file, stats) => stats?.isFile() === true && !wanted.has(file),
    });
  }

  /** Watches whatever is below a folder, and its `.env`, except for what is installed, built or hidden. */
  async everything(folder: string): Promise<void> {
    await this.#watch(`everything ${folder}`, [folder], {
      ignored: (file, stats) =>
        isOwnOutput(stats) ||
        path
          .relative(folder, file)
          .split(path.sep)
          .some((part) => /^(?:node_modules|dist|coverage|\.(?!env$).+)$/.test(part)),
    });
  }

  /** Resolves with the files that changed since it was asked last, once it is quiet. */
  async next(): Promise<string[]> {
    if (this.#changed.size === 0 || this.#timer) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.take();
  }

  /** The files that changed since it was asked last. */
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

/** Whether a file is where this process writes to, as in `blaize dev > dev.log`: to restart for that would go on for ever. */
function isOwnOutput(stats: Stats | undefined): boolean {
  if (stats?.isFile() !== true) return false;
  return [1, 2].some((descriptor) => {
    const { dev, ino } = fstatSync(descriptor);
    return dev === stats.dev && ino === stats.ino;
  });
}
