import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

import { CliError } from './cli-error.ts';

const NAMES = ['src/server', 'src/index', 'server', 'index'];
const ENTRIES = ['.ts', '.mts', '.js', '.mjs'].flatMap((extension) => NAMES.map((name) => name + extension));

/** The fields of a package.json that commands read. */
export interface Manifest {
  readonly type?: string | undefined;
  /** `pnpm@10.34.9` */
  readonly packageManager?: string | undefined;
  readonly dependencies?: Readonly<Record<string, string>> | undefined;
  readonly devDependencies?: Readonly<Record<string, string>> | undefined;
}

/** Options that locate the parts of an app. */
export const WHERE = {
  entry: {
    type: 'string',
    description: 'The server file. Default: the first of src/server.ts, src/index.ts, server.ts, index.ts, …',
    valueHint: 'file',
  },
  routes: {
    type: 'string',
    description:
      'The folder with the route files; separate several with commas. Default: routes beside the server file, src/routes or routes',
    valueHint: 'folder',
  },
} as const;

/**
 * The server file of an app, absolute.
 *
 * @param named by `--entry`
 * @throws CliError if there is none
 */
export function findEntry(cwd: string, named?: string): string {
  if (named !== undefined) {
    const file = path.resolve(cwd, named);
    if (isFile(file)) return file;
    throw new CliError(`--entry ${named}: there is no file ${file}.`);
  }
  const found = ENTRIES.map((name) => path.join(cwd, name)).find(isFile);
  if (found !== undefined) return found;
  throw new CliError(
    `There is no server file in ${cwd}: looked for ${ENTRIES.slice(0, NAMES.length).join(', ')}, also as ` +
      '.mts, .js and .mjs. Go to the folder of your app, or name the file: --entry app/main.ts',
  );
}

/** Like {@link findEntry}, but undefined if no file is named and none is found. */
export function tryEntry(cwd: string, named?: string): string | undefined {
  return named === undefined && !ENTRIES.some((name) => isFile(path.join(cwd, name)))
    ? undefined
    : findEntry(cwd, named);
}

/**
 * The folders with route files, absolute; empty if none is named and none exists.
 *
 * @param named by `--routes`
 * @throws CliError if a named one is missing
 */
export function findRouteFolders(cwd: string, entry: string | undefined, named?: string): string[] {
  if (named !== undefined) {
    return named.split(',').map((name) => {
      const folder = path.resolve(cwd, name.trim());
      if (isFolder(folder)) return folder;
      throw new CliError(`--routes ${named}: there is no folder ${folder}.`);
    });
  }
  const beside = entry === undefined ? [] : [path.join(path.dirname(entry), 'routes')];
  const found = [...beside, path.join(cwd, 'src/routes'), path.join(cwd, 'routes')].find(isFolder);
  return found === undefined ? [] : [found];
}

/** Like {@link findRouteFolders}. @throws CliError if there is none */
export function needRouteFolders(cwd: string, entry: string | undefined, named?: string): string[] {
  const folders = findRouteFolders(cwd, entry, named);
  if (folders.length > 0) return folders;
  throw new CliError(
    `There is no folder with routes in ${cwd}: looked for src/routes and routes. Go to the folder of your app, or ` +
      'name it: --routes app/routes',
  );
}

/** The package.json of an app. @throws CliError if it is not valid JSON */
export function readManifest(cwd: string): Manifest {
  const file = path.join(cwd, 'package.json');
  if (!existsSync(file)) return {};
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  } catch (cause) {
    throw new CliError(`${file} is not valid JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Whether an app has a package among its dependencies. */
export function dependsOn({ dependencies, devDependencies }: Manifest, name: string): boolean {
  return name in { ...dependencies, ...devDependencies };
}

/** A path for people: relative if it is below the working directory. */
export function shown(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return relative === '' || relative.startsWith('..') ? file : relative;
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}

function isFolder(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
