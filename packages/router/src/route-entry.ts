import type { AnyRoute, RouteDocs, RouteInfo, RouteMeta } from '@blaizejs/types';

import { readPattern } from './route-pattern.ts';

/** One route with everything known about it. */
export interface RouteEntry {
  /** Frozen, and the same object as long as the route is served. */
  readonly info: RouteInfo;
  readonly route: AnyRoute;
  /** Where it comes from, as errors say it: `added in code`, `in routes/users.ts`. */
  readonly origin: string;
}

/** What {@link createRouteEntry} needs. */
export interface RouteEntryOptions {
  readonly method: string;
  /** In find-my-way's form: `/users/:id`, `/files/*`. */
  readonly pattern: string;
  readonly route: AnyRoute;
  /** The name of the wildcard in `params`. Default: `*`. */
  readonly wildcard?: string | undefined;
  /** Absolute; undefined for a route added in code. */
  readonly file?: string | undefined;
  readonly exportName?: string | undefined;
  /** Default: `added in code`. */
  readonly origin?: string | undefined;
}

const NO_META: RouteMeta = Object.freeze({});
const NO_DOCS: RouteDocs = Object.freeze({});

/** Makes an entry, with what others are told about the route. */
export function createRouteEntry(options: RouteEntryOptions): RouteEntry {
  const { method, pattern, route, wildcard = '*', file, exportName, origin = 'added in code' } = options;
  const { names } = readPattern(pattern);
  const info: RouteInfo = {
    method,
    pattern,
    params: Object.freeze(names.map((name) => (name === '*' ? wildcard : name))),
    wildcard: names.at(-1) === '*' ? wildcard : undefined,
    file,
    exportName,
    schema: route.schema,
    middleware: Object.freeze((route.middleware ?? []).map(({ name }) => name || 'anonymous')),
    meta: route.meta ?? NO_META,
    docs: route.docs ?? NO_DOCS,
    security: Object.freeze(
      (route.middleware ?? []).flatMap((middleware) =>
        'security' in middleware && middleware.security ? [middleware.security] : [],
      ),
    ),
    tunnel: route.tunnel,
  };
  return Object.freeze({ info: Object.freeze(info), route, origin });
}
