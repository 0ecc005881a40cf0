import { existsSync, statSync } from 'node:fs';
import path from 'node:path';

import type { RouteMethod } from '@blaizejs/router';
import { findRouteFiles, toRoutePath } from '@blaizejs/router/files';

import { CliError, UsageError } from '../cli-error.ts';
import { shown } from '../project.ts';
import { type Style, writeNew } from './files.ts';
import { METHODS, routeSource } from './route-source.ts';

/** What is asked for. */
export interface NewRoute {
  readonly cwd: string;
  /** The folder with the route files, absolute. */
  readonly folder: string;
  /** A path as files have it (`users/[id]`) or as URLs do (`/users/:id`). */
  readonly route: string;
  readonly methods: readonly RouteMethod[];
  readonly force: boolean;
  readonly style: Style;
}

/**
 * Writes a route file where its path belongs.
 *
 * @returns the file, and the path that it is served under
 * @throws CliError where that can't be a path, or another file serves it
 */
export async function generateRoute({ cwd, folder, route, methods, force, style }: NewRoute): Promise<{
  file: string;
  pattern: string;
}> {
  const name = toFileName(route);
  const { pattern, wildcard } = toRoutePath(`${name || 'index'}.ts`);
  const existing = existsSync(folder) ? await findRouteFiles(folder) : [];
  // What serves the path already is the right file for it.
  const same = existing.find((other) => shapeOf(other.pattern) === shapeOf(pattern));
  const file = same?.file ?? path.join(folder, placeOf(folder, name) + style.extension);
  if (same && !force) {
    throw new CliError(
      `${shown(same.file, cwd)} serves ${same.pattern} already. Add ${methods.join(' and ')} there, or replace it: --force`,
    );
  }
  const parameters = [...pattern.matchAll(/:(\w+)/g)].flatMap(([, parameter]) => parameter ?? []);
  const source = routeSource(methods, [...parameters, ...(wildcard ? [wildcard] : [])], style);
  await writeNew(file, source, cwd, force);
  return { file, pattern };
}

/** @throws UsageError where one is none that a route file can have */
export function toMethods(text: string): RouteMethod[] {
  const given = text.split(',').map((each) => each.trim().toUpperCase());
  const unknown = given.find((each) => !METHODS.includes(each as RouteMethod));
  if (unknown !== undefined) {
    throw new UsageError(`--methods ${text}: "${unknown}" is none of ${METHODS.join(', ')}.`);
  }
  return [...new Set(given as RouteMethod[])];
}

/** The path of a route as that of a file, without extension; empty for the root. */
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

/** Beside the folder with the routes below it, unless that is there: then in it. */
function placeOf(folder: string, name: string): string {
  const inside = statSync(path.join(folder, name), { throwIfNoEntry: false })?.isDirectory() === true;
  return inside ? path.join(name, 'index') : name;
}

/** Equal for patterns that serve the same paths. */
function shapeOf(pattern: string): string {
  return pattern.replaceAll(/(::)|:\w+/g, (_match, escaped?: string) => escaped ?? ':');
}
