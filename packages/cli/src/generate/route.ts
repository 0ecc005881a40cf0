import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

import type { RouteMethod } from '@blaizejs/router';
import { findRouteFiles, toRoutePath } from '@blaizejs/router/files';

import { CliError, UsageError } from '../cli-error.ts';
import { shown } from '../project.ts';
import { type Style, writeNew } from './files.ts';
import { METHODS, routeSource } from './route-source.ts';

/** The route to generate. */
export interface NewRoute {
  readonly cwd: string;
  /** The folder with the route files, absolute. */
  readonly folder: string;
  /** A path in the form of files (`users/[id]`) or of URLs (`/users/:id`). */
  readonly route: string;
  readonly methods: readonly RouteMethod[];
  readonly force: boolean;
  readonly style: Style;
}

/**
 * Writes the route file for a path.
 *
 * @returns the file, and the path that it serves
 * @throws CliError if the path is invalid, or another file already serves it
 */
export async function generateRoute({ cwd, folder, route, methods, force, style }: NewRoute): Promise<{
  file: string;
  pattern: string;
}> {
  const name = toFileName(route);
  const { pattern, wildcard } = toRoutePath(`${name || 'index'}.ts`);
  const existing = existsSync(folder) ? await findRouteFiles(folder) : [];
  // If a file already serves the path, the route belongs there.
  const same = existing.find((other) => shapeOf(other.pattern) === shapeOf(pattern));
  const file = same?.file ?? path.join(folder, placeOf(folder, name) + style.extension);
  if (same && !force) {
    throw new CliError(
      `${shown(same.file, cwd)} already serves ${same.pattern}. Add ${methods.join(' and ')} there, or replace it: --force`,
    );
  }
  const parameters = [...pattern.matchAll(/:(\w+)/g)].flatMap(([, parameter]) => parameter ?? []);
  const source = routeSource(methods, [...parameters, ...(wildcard ? [wildcard] : [])], style);
  await writeNew(file, source, cwd, force);
  return { file, pattern };
}

/** @throws UsageError for a method that a route file can't have */
export function toMethods(text: string): RouteMethod[] {
  const given = text.split(',').map((each) => each.trim().toUpperCase());
  const unknown = given.find((each) => !METHODS.includes(each as RouteMethod));
  if (unknown !== undefined) {
    throw new UsageError(`--methods ${text}: "${unknown}" is not one of ${METHODS.join(', ')}.`);
  }
  return [...new Set(given as RouteMethod[])];
}

/** Converts the path of a route to that of its file, without extension; empty for the root. */
export function toFileName(route: string): string {
  const name = route
    .replaceAll('\\', '/')
    .replace(/\.[cm]?[jt]s$/, '')
    .replaceAll(/:([A-Za-z_$][\w$]*)/g, '[$1]')
    .replace(/(^|\/)\*$/, '$1[...path]')
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
    .replace(/(^|\/)index$/, '');
  const odd = name.split('/').find((part) => /^[_.]|^node_modules$|\.(?:test|spec|d)$/.test(part));
  if (odd !== undefined) {
    throw new CliError(
      `"${route}" can't be the path of a route: files and folders such as "${odd}" are not routes.`,
    );
  }
  return name;
}

/** `users.ts` if there is no folder `users`, otherwise `users/index.ts`. */
function placeOf(folder: string, name: string): string {
  const inside = statSync(path.join(folder, name), { throwIfNoEntry: false })?.isDirectory() === true;
  return inside ? path.join(name, 'index') : name;
}

/** The pattern without parameter names: equal for patterns that serve the same paths. */
function shapeOf(pattern: string): string {
  return pattern.replaceAll(/(::)|:\w+/g, (_match, escaped?: string) => escaped ?? ':');
}
