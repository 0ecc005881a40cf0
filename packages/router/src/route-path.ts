import path from 'node:path';

import { RouteLoadError } from '@blaizejs/errors';

import { patternProblem } from './pattern-problem.ts';
import { readPattern } from './route-pattern.ts';

/** The path that a route file serves. */
export interface RoutePath {
  /** In find-my-way's form: `/users/:id`, `/files/*`. */
  readonly pattern: string;
  /** The name of the wildcard in `[...name]`; undefined if the pattern has none. */
  readonly wildcard: string | undefined;
}

const EXTENSIONS = new Set(['.ts', '.mts', '.js', '.mjs']);
const NOT_ROUTES = /^[_.]|\.d\.m?ts$|\.(?:test|spec)\.m?[jt]s$/;
const PARAMETER = /\[(\.\.\.)?([^[\]]*)\]/g;
const NAME = /^[A-Za-z_$][\w$]*$/;

/** Whether a file has one of the extensions of route files. */
export function hasRouteExtension(name: string): boolean {
  return EXTENSIONS.has(path.extname(name));
}

/** Whether a file in a route directory is a route. `_name`, `.name`, tests and declarations are not. */
export function isRouteFile(name: string): boolean {
  return hasRouteExtension(name) && !NOT_ROUTES.test(name);
}

/**
 * Whether a folder in a route directory can contain routes. `_name`, `node_modules` and `.name` cannot, except for
 * `.well-known` (RFC 8615).
 */
export function isRouteFolder(name: string): boolean {
  return name === '.well-known' || (name !== 'node_modules' && !/^[_.]/.test(name));
}

/**
 * Turns the path of a file in its route directory into a pattern: `users/[id].ts` into `/users/:id`, `[...path].ts` into a
 * wildcard, `index.ts` into its folder, `(group)` into nothing. If one part of the path has several parameters
 * (`[a]-[b].ts`), find-my-way does not match line breaks in their values.
 *
 * @param file relative to the route directory, with `/` or the platform's separator
 * @param prefix added in front: `/api/v2`
 * @throws RouteLoadError for a bracket that is not a parameter, an invalid parameter name, a wildcard that is not last, or a
 *   path that no request can have
 */
export function toRoutePath(file: string, prefix = ''): RoutePath {
  const parts = file.slice(0, -path.extname(file).length).split(/[/\\]/);
  if (parts.at(-1) === 'index') parts.pop();

  let wildcard: string | undefined;
  const segments = prefix.split('/').filter(Boolean).map(escapeStatic);
  const prefixProblem = patternProblem(`/${segments.join('/')}`);
  if (prefixProblem !== undefined)
    throw invalid(file, `the prefix ${JSON.stringify(prefix)} ${prefixProblem}`);
  for (const part of parts) {
    if (/^\([^()]+\)$/.test(part)) continue;
    if (wildcard !== undefined) throw invalid(file, `[...${wildcard}] must be the last part of the path`);
    const rest = /^\[\.\.\.([^[\]]+)\]$/.exec(part)?.[1];
    if (rest === undefined) {
      segments.push(toSegment(part, file));
    } else {
      wildcard = checkName(rest, file);
      segments.push('*');
    }
  }
  const pattern = `/${segments.join('/')}`;
  if (wildcard !== undefined && readPattern(pattern).names.includes(wildcard)) {
    throw invalid(file, `its path has the parameter "${wildcard}" twice; rename one`);
  }
  const problem = patternProblem(pattern);
  if (problem !== undefined) throw invalid(file, `its path ${problem}`);
  return { pattern, wildcard };
}

function toSegment(part: string, file: string): string {
  let segment = '';
  let last = 0;
  for (const match of part.matchAll(PARAMETER)) {
    const [text, spread, name = ''] = match;
    if (spread) throw invalid(file, `${text} must be a whole part of the path`);
    const before = escapeStatic(checkStatic(part.slice(last, match.index), file));
    if (last > 0 && !/^[.-]/.test(before)) {
      throw invalid(file, `two parameters in one part of the path need "-" or "." between them`);
    }
    segment += `${before}:${checkName(name, file)}`;
    last = match.index + text.length;
  }
  const after = checkStatic(part.slice(last), file);
  if (last > 0 && after !== '' && !/^[.-]/.test(after)) {
    throw invalid(file, `a parameter must be followed by "-", "." or the end of the name, not "${after}"`);
  }
  return segment + escapeStatic(after);
}

function checkStatic(text: string, file: string): string {
  const odd = /[[\]*?#]/.exec(text)?.[0];
  if (odd !== undefined) throw invalid(file, `"${odd}" can't be part of a path`);
  return text;
}

function checkName(name: string, file: string): string {
  if (!NAME.test(name)) throw invalid(file, `"${name}" can't name a parameter; use letters, digits and _`);
  return name;
}

// In find-my-way, a doubled colon stands for a single one.
function escapeStatic(text: string): string {
  return text.replaceAll(':', '::');
}

function invalid(file: string, problem: string): RouteLoadError {
  return new RouteLoadError(file, `Route file ${file}: ${problem}.`);
}
