/** Watches files and folders until it is closed. */
export interface Watcher {
  add(paths: readonly string[]): void;
  close(): Promise<void>;
}

// Editors write a file in several steps, and tools write many files at once.
const QUIET = 20;
const PATIENCE = 100;

/**
 * Watches what is added to it, and calls back with the files that changed: when nothing has happened for 20 ms, at
 * the latest after 100 ms, and never while the last call has not finished.
 */
export async function watchFiles(onChange: (files: readonly string[]) => Promise<void>): Promise<Watcher> {
  // Loaded here, since nobody watches in production.
  const { watch } = await import('chokidar');
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  let since = 0;
  let running: Promise<void> | undefined;

  const flush = (): void => {
    timer = undefined;
    if (running || changed.size === 0) return;
    const files = [...changed];
    changed.clear();
    running = onChange(files).finally(() => {
      running = undefined;
      flush();
    });
  };
  const watcher = watch([], {
    ignoreInitial: true,
    ignored: (file) => /[/\\](?:node_modules|\.git)(?:[/\\]|$)/.test(file),
  });
  watcher.on('all', (event, file) => {
    if (event === 'addDir' || event === 'unlinkDir') return;
    changed.add(file);
    const now = performance.now();
    if (timer) clearTimeout(timer);
    else since = now;
    timer = setTimeout(flush, Math.max(0, Math.min(QUIET, since + PATIENCE - now)));
  });
  return {
    add: (paths) => void watcher.add([...paths]),
    close: async () => {
      clearTimeout(timer);
      changed.clear();
      await watcher.close();
      await running;
    },
  };
}
