import type { FolderFile, RouteDirectory, RouteFile } from './find-route-files.ts';
import type { FailedLoad } from './import-failure.ts';
import type { Loaded, LoadedModule } from './module-loader.ts';

/** A file to load, and the folder that it was found in. */
export interface Target {
  readonly source: RouteDirectory;
  readonly file: RouteFile | FolderFile;
}

/** The modules that have loaded. */
export type Modules = ReadonlyMap<Target, LoadedModule>;

/** A route file that is still loading, with a promise that resolves when it has. */
export interface Pending {
  readonly file: string;
  readonly settled: Promise<unknown>;
}

/** What became of each file: its module, a promise for it, or the reason why it did not load. */
export function byStatus(
  targets: readonly Target[],
  results: readonly Loaded[],
  isThere: (file: string) => boolean,
): {
  readonly modules: Modules;
  readonly pending: readonly Pending[];
  readonly failed: readonly FailedLoad[];
} {
  const modules = new Map<Target, LoadedModule>();
  const pending: Pending[] = [];
  const failed: FailedLoad[] = [];
  for (const [index, target] of targets.entries()) {
    const { file } = target.file;
    const result = results[index] as Loaded;
    if (result.status === 'pending') pending.push({ file, settled: result.settled });
    else if (result.status === 'fulfilled') modules.set(target, result.value);
    else if (isThere(file)) failed.push({ file, reason: result.reason });
  }
  return { modules, pending, failed };
}

/** Whether a file only adds to others, and serves nothing itself. */
export function isPart(file: RouteFile | FolderFile): file is FolderFile {
  return 'kind' in file && file.kind !== 'not-found';
}
