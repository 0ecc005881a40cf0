import type { AnyRoute, RouteInfo, RouteMeta } from '@blaizejs/types';

import { paramsOf } from './route-pattern.ts';

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
  /** Default: `added in code`. */
  readonly origin?: string | undefined;
}

const NO_META: RouteMeta = Object.freeze({});
const MIDDLEWARE_PARTS = ['handler', 'onRequest', 'onSend', 'onError'] as const;

/** Makes an entry, with what others are told about the route. */
export function createRouteEntry(options: RouteEntryOptions): RouteEntry {
  const { method, pattern, route, wildcard = '*', file, origin = 'added in code' } = options;
  const names = paramsOf(pattern);
  const info: RouteInfo = {
    method,
    pattern,
    params: Object.freeze(names.map((name) => (name === '*' ? wildcard : name))),
    wildcard: names.at(-1) === '*' ? wildcard : undefined,
    file,
    schema: route.schema,
    middleware: Object.freeze((route.middleware ?? []).map(({ name }) => name || 'anonymous')),
    meta: route.meta ?? NO_META,
    tunnel: route.tunnel,
  };
  return Object.freeze({ info: Object.freeze(info), route, origin });
}

/** What is wrong with a route, in a clause that continues "the route …"; undefined if nothing is. */
export function problemOf(route: AnyRoute | undefined): string | undefined {
  if (typeof (route as Partial<AnyRoute> | undefined)?.handler !== 'function') {
    return 'has no handler function';
  }
  const middleware: unknown = route?.middleware ?? [];
  if (Array.isArray(middleware) && middleware.every(isMiddleware)) return undefined;
  return 'has middleware that is neither a function nor made by createMiddleware()';
}

function isMiddleware(value: unknown): boolean {
  if (typeof value === 'function') return true;
  if (typeof value !== 'object' || value === null) return false;
  const parts = value as Partial<Record<(typeof MIDDLEWARE_PARTS)[number], unknown>>;
  return MIDDLEWARE_PARTS.some((part) => typeof parts[part] === 'function');
}
