import { readdir, readlink, realpath, stat } from 'node:fs/promises';
import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';

import { type FolderFileKind, folderFileMeant, isLoadedFile } from './folder-file.ts';
import { loadedFileAt } from './loaded-file.ts';
import { providedDirectories } from './provided-modules.ts';
import { isRouteFolder, type RoutePath } from './route-path.ts';

/** A folder of route files. */
export interface RouteDirectory {
  /** Absolute. */
  readonly directory: string;
  readonly prefix: string;
}

/** A route file, and the path that it serves. */
export interface RouteFile extends RoutePath {
  /** Absolute. */
  readonly file: string;
}

/** A file that says something about its folder: `_middleware`, `_404` or `_error`. */
export interface FolderFile {
  /** Absolute. */
  readonly file: string;
  readonly kind: FolderFileKind;
  /** The path of the folder; undefined unless the file is a `_404`. */
  readonly pattern: string | undefined;
}

/** The contents of a folder of routes. */
export interface FoundRoutes {
  /** Sorted by path. */
  readonly files: readonly RouteFile[];
  /** Sorted by path. */
  readonly folderFiles: readonly FolderFile[];
  /** Files whose names seem to misspell that of a folder file, by absolute path, with what was meant. */
  readonly misspelt: ReadonlyMap<string, string>;
  /** The real paths of linked folders. */
  readonly linked: readonly string[];
  /** The absolute targets of broken links. */
  readonly awaited: readonly string[];
  /** Errors for files that can't be routes, by absolute path. */
  readonly problems: ReadonlyMap<string, RouteLoadError>;
}

/**
 * Finds the route files below a folder, sorted by path, without loading them. Follows links.
 *
 * @param directory absolute, or relative to the working directory
 * @throws RouteLoadError if the folder can't be read, the name of a file in it can't be a path, or a link is broken
 */
export async function findRouteFiles(
  directory: string,
  { prefix = '' }: { prefix?: string | undefined } = {},
): Promise<RouteFile[]> {
  const { files, problems } = await lookForRoutes({ directory: path.resolve(directory), prefix });
  for (const problem of problems.values()) throw problem;
  return [...files];
}

/**
 * Finds the `_middleware`, `_404` and `_error` files below a folder. Otherwise as {@link findRouteFiles}.
 *
 * @throws RouteLoadError as {@link findRouteFiles} does
 */
export async function findFolderFiles(directory: string): Promise<FolderFile[]> {
  const { folderFiles, problems } = await lookForRoutes({ directory: path.resolve(directory), prefix: '' });
  for (const problem of problems.values()) throw problem;
  return [...folderFiles];
}

/**
 * Like {@link findRouteFiles}, but a problem with one file does not affect the others.
 *
 * @throws RouteLoadError if the folder itself can't be read
 */
export async function lookForRoutes({ directory, prefix }: RouteDirectory): Promise<FoundRoutes> {
  const search = new Search(directory);
  await search.run();
  const files: RouteFile[] = [];
  const folderFiles: FolderFile[] = [];
  for (const name of search.names) {
    const file = path.join(directory, name);
    try {
      const found = loadedFileAt(name, { directory, prefix });
      if (!('kind' in found)) files.push(found);
      else folderFiles.push(assertOnly(found, folderFiles));
    } catch (error) {
      search.problems.set(file, error as RouteLoadError);
    }
  }
  const { linked, awaited, problems, misspelt } = search;
  return { files, folderFiles, linked, awaited, problems, misspelt };
}

/** @throws RouteLoadError if there is another file of that kind in the folder */
function assertOnly(found: FolderFile, others: readonly FolderFile[]): FolderFile {
  const { file, kind } = found;
  const other = others.find((each) => each.kind === kind && path.dirname(each.file) === path.dirname(file));
  if (!other) return found;
  throw new RouteLoadError(
    file,
    `${shown(file)}: ${path.basename(other.file)} is in the same folder. Remove one of them.`,
  );
}

class Search {
  /** Paths below the root of files to load, in order. */
  names: string[] = [];
  readonly linked: string[] = [];
  readonly awaited: string[] = [];
  readonly problems = new Map<string, RouteLoadError>();
  readonly misspelt = new Map<string, string>();
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async run(): Promise<void> {
    this.names = await this.#namesBelow('', []);
  }

  /** @param above the real paths of the folders of the links that lead here */
  async #namesBelow(below: string, above: readonly string[]): Promise<string[]> {
    const directory = path.join(this.#root, below);
    let entries;
    try {
      entries = await readdir(directory, { withFileTypes: true });
    } catch (error) {
      const problem = cannotRead(directory, error as NodeJS.ErrnoException);
      if (below === '') throw problem;
      // A folder that was deleted since it was listed is empty.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.problems.set(directory, problem);
      return [];
    }
    const found = await Promise.all(
      entries
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map(async (entry) => {
          const name = path.join(below, entry.name);
          if (entry.isDirectory()) return isRouteFolder(entry.name) ? this.#namesBelow(name, above) : [];
          const meant = folderFileMeant(entry.name);
          if (meant !== undefined) this.misspelt.set(path.join(this.#root, name), meant);
          if (entry.isFile()) return isLoadedFile(entry.name) ? [name] : [];
          return entry.isSymbolicLink() ? this.#follow(name, above) : [];
        }),
    );
    return found.flat();
  }

  async #follow(name: string, above: readonly string[]): Promise<string[]> {
    const link = path.join(this.#root, name);
    const base = path.basename(name);
    if (!isLoadedFile(base) && !isRouteFolder(base)) return [];
    let target: string;
    let isFolder: boolean;
    try {
      target = await realpath(link);
      isFolder = (await stat(target)).isDirectory();
    } catch (error) {
      await this.#refuse(link, error as NodeJS.ErrnoException);
      return [];
    }
    if (!isFolder) return isLoadedFile(base) ? [name] : [];
    if (!isRouteFolder(base)) return [];
    const parents = [...above, await realpath(path.dirname(link))];
    const loop = parents.find((parent) => (parent + path.sep).startsWith(target + path.sep));
    if (loop !== undefined) {
      this.#complain(link, `it leads to ${shown(target)}, which contains it: a loop`);
      return [];
    }
    this.linked.push(target);
    return this.#namesBelow(name, parents);
  }

  async #refuse(link: string, { code }: NodeJS.ErrnoException): Promise<void> {
    let target;
    try {
      target = await readlink(link);
    } catch {
      // The link itself is gone.
      return;
    }
    if (code === 'ENOENT') this.awaited.push(path.resolve(path.dirname(link), target));
    const leads = `it leads to ${target}, which`;
    this.#complain(
      link,
      code === 'ENOENT'
        ? `${leads} does not exist`
        : code === 'ELOOP'
          ? `${leads} leads back to it: a loop`
          : `${leads} can't be read (${String(code)})`,
    );
  }

  #complain(link: string, problem: string): void {
    const advice = 'Change or remove the link, or prefix its name with "_"';
    this.problems.set(link, new RouteLoadError(link, `Link ${shown(link)}: ${problem}. ${advice}.`));
  }
}

function cannotRead(directory: string, error: NodeJS.ErrnoException): RouteLoadError {
  const { code } = error;
  const problem =
    code === 'ENOENT'
      ? `there is no such folder. ${adviceForMissing()}`
      : code === 'ENOTDIR'
        ? 'it is a file, not a folder'
        : `it can't be read (${String(code)})`;
  return new RouteLoadError(directory, `Route directory ${directory}: ${problem}.`, { cause: error });
}

function adviceForMissing(): string {
  const built = providedDirectories();
  return built.length === 0
    ? 'Create it, or pass the folder with your routes, preferably as an absolute path'
    : `The build has the routes of ${built.join(', ')}; build it with this folder too`;
}

function shown(file: string): string {
  return path.relative(process.cwd(), file) || '.';
}
