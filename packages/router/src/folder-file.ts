import path from 'node:path';

import { closest } from '@blaizejs/errors/internal';

import { hasRouteExtension, isRouteFile } from './route-path.ts';

const KINDS = { _middleware: 'middleware', _404: 'not-found', _error: 'error' } as const;
const NAMES = Object.keys(KINDS);
// What other frameworks, and people, call them.
const ALIASES: Readonly<Record<string, string>> = {
  '_not-found': '_404',
  _notfound: '_404',
  _500: '_error',
};

/** What a file says about its folder: `_middleware`, `_404` or `_error`. */
export type FolderFileKind = (typeof KINDS)[keyof typeof KINDS];

/** The kind of a file that says something about its folder; undefined for any other. */
export function folderFileKind(name: string): FolderFileKind | undefined {
  const stem = path.parse(name).name;
  return hasRouteExtension(name) && Object.hasOwn(KINDS, stem)
    ? KINDS[stem as keyof typeof KINDS]
    : undefined;
}

/** Whether the router loads a file in a folder of routes. */
export function isLoadedFile(name: string): boolean {
  return isRouteFile(name) || folderFileKind(name) !== undefined;
}

/** The file that a name misspells: `_middleware.ts` for `_midleware.ts`. */
export function folderFileMeant(name: string): string | undefined {
  const { name: stem, ext } = path.parse(name);
  if (!stem.startsWith('_') || stem.includes('.') || !hasRouteExtension(name)) return undefined;
  if (NAMES.includes(stem)) return undefined;
  const meant = ALIASES[stem.toLowerCase()] ?? closest(stem, NAMES);
  return meant && meant + ext;
}
