import { RouteLoadError } from '@blaizejs/errors';
import type { AnyRoute } from '@blaizejs/types';

import { isRoute } from './create-route.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** A route of a module, with its method. */
export interface ModuleRoute {
  readonly method: string;
  readonly route: AnyRoute;
}

/**
 * The routes that a module exports: under the name of a method, under any name where a `create…Route` function made
 * them, or as a default export with methods for keys.
 *
 * @param file names the module in errors
 * @throws RouteLoadError where there are none, one has no handler, or a name and a method disagree
 */
export function routesOf(module: Readonly<Record<string, unknown>>, file: string): ModuleRoute[] {
  const found: (ModuleRoute & { readonly exported: unknown })[] = [];
  // The same route may be exported twice, as GET and as default; one function may serve two methods.
  const keep = (method: string, route: AnyRoute, exported: unknown): void => {
    if (found.some((other) => other.method === method && other.exported === exported)) return;
    found.push({ method, route, exported });
  };
  const add = (name: string, value: unknown, shown: string): void => {
    if (isRoute(value)) {
      if (METHODS.has(name) && value.method !== name) {
        throw invalid(file, `${shown} was made for ${value.method}; export it under that name`);
      }
      keep(value.method, value, value);
    } else if (METHODS.has(name)) {
      keep(name, toRoute(value, shown, file), value);
    }
  };

  for (const [name, value] of Object.entries(module)) {
    if (name !== 'default') add(name, value, `export ${name}`);
  }
  const fallback = module.default;
  if (isRoute(fallback)) {
    add('default', fallback, 'the default export');
  } else if (typeof fallback === 'object' && fallback !== null) {
    for (const [name, value] of Object.entries(fallback)) add(name, value, `${name} of the default export`);
  }

  if (found.length === 0) {
    throw invalid(
      file,
      'it exports no route. Export one as GET, POST, … or as `export default { GET: { handler } }`; ' +
        'begin the name of a file that is no route with "_"',
    );
  }
  return found.map(({ method, route }) => ({ method, route }));
}

function toRoute(value: unknown, shown: string, file: string): AnyRoute {
  if (typeof value === 'function') return { handler: value as AnyRoute['handler'] };
  if (typeof (value as Partial<AnyRoute> | null)?.handler === 'function') return value as AnyRoute;
  throw invalid(file, `${shown} has no handler function`);
}

function invalid(file: string, problem: string): RouteLoadError {
  return new RouteLoadError(file, `Route file ${file}: ${problem}.`);
}
