import { RouteLoadError } from '@blaizejs/errors';
import { closest, isObject } from '@blaizejs/errors/internal';
import type { AnyRoute } from '@blaizejs/types';

import { type RouteCheck, routeProblem } from './check-route.ts';
import { isRoute } from './create-route.ts';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** A route of a module, with its method. */
export interface ModuleRoute {
  readonly method: string;
  readonly route: AnyRoute;
  /** `GET`, or `default.GET` for one of the default export. */
  readonly exportName: string;
}

interface Export {
  readonly name: string;
  readonly value: unknown;
  readonly exportName: string;
  /** As errors call it: `export GET`. */
  readonly shown: string;
}

/**
 * The routes that a module exports: under the name of a method, under any name if a `create…Route` function made them, or
 * as a default export with methods for keys. What a transpiler made of such a module in CommonJS is read in the same way.
 *
 * @param file names the module in errors
 * @param check finds problems that only the app can know
 * @throws RouteLoadError if there are none, one cannot be used, or a name and a method disagree
 */
export function routesOf(
  module: Readonly<Record<string, unknown>>,
  file: string,
  check?: RouteCheck,
): ModuleRoute[] {
  const found: (ModuleRoute & { readonly exported: unknown })[] = [];
  const exported = exportsOf(module);
  for (const { name, value, exportName, shown } of exported) {
    const isMethod = METHODS.includes(name);
    if (!isRoute(value) && !isMethod) continue;
    if (isRoute(value) && isMethod && value.method !== name) {
      throw invalid(file, `${shown} was made for ${value.method}; export it under that name`);
    }
    const method = isRoute(value) ? value.method : name;
    // The same route may be exported twice, as GET and as default; one function may serve two methods.
    if (found.some((other) => other.method === method && other.exported === value)) continue;
    const route: unknown = typeof value === 'function' ? { handler: value } : value;
    const problem = routeProblem(route, method, check);
    if (problem !== undefined) throw invalid(file, `${shown} ${problem}`);
    found.push({ method, route: route as AnyRoute, exportName, exported: value });
  }

  for (const { name, value, shown } of exported) {
    const meant = isRoute(value) || !looksLikeRoute(value) ? undefined : methodMeant(name);
    if (meant !== undefined)
      throw invalid(file, `${shown} is not named after a method. Did you mean ${meant}?`);
  }
  if (found.length === 0) {
    throw invalid(
      file,
      'it exports no route. Export one as GET, POST, … or as `export default { GET: { handler } }`; ' +
        'prefix the name of a file that is not a route with "_"',
    );
  }
  return found.map(({ method, route, exportName }) => ({ method, route, exportName }));
}

/** Everything that may be a route. */
function exportsOf(module: Readonly<Record<string, unknown>>): Export[] {
  const named = Object.entries(module)
    .filter(([name]) => name !== 'default')
    .map(([name, value]): Export => ({ name, value, exportName: name, shown: `export ${name}` }));
  const fallback = module.default;
  if (isRoute(fallback))
    return [
      ...named,
      { name: 'default', value: fallback, exportName: 'default', shown: 'the default export' },
    ];
  if (typeof fallback !== 'object' || fallback === null) return named;
  // `exports.default = …` of a CommonJS module that was an ES module: Node gives all of `exports` as the default.
  if ('__esModule' in fallback && 'default' in fallback) {
    return [...named, ...exportsOf(fallback)];
  }
  return [
    ...named,
    ...Object.entries(fallback).map(([name, value]): Export => ({
      name,
      value: value as unknown,
      exportName: `default.${name}`,
      shown: `${name} of the default export`,
    })),
  ];
}

function looksLikeRoute(value: unknown): boolean {
  return isObject(value) && typeof value.handler === 'function';
}

/** The method that a name misspells. */
function methodMeant(name: string): string | undefined {
  const capitals = name.toUpperCase();
  if (METHODS.includes(name)) return undefined;
  if (METHODS.includes(capitals)) return capitals;
  const meant = name === capitals ? closest(name, METHODS) : undefined;
  return meant?.[0] === name[0] ? meant : undefined;
}

function invalid(file: string, problem: string): RouteLoadError {
  return new RouteLoadError(file, `Route file ${file}: ${problem}${/[.?]$/.test(problem) ? '' : '.'}`);
}
