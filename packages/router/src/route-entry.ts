import type {
  AnyRoute,
  AppEnv,
  ErrorHandler,
  MiddlewareInput,
  NotFoundHandler,
  RouteDocs,
  RouteInfo,
  RouteMeta,
} from '@blaizejs/types';

import { readPattern } from './route-pattern.ts';

/** What the folders of a file give it. */
export interface FolderSettings {
  /** Outermost folder first. */
  readonly middleware: readonly MiddlewareInput[];
  /** Deepest folder first. */
  readonly errorHandlers: readonly ErrorHandler<AppEnv>[];
}

/** One route with everything known about it. */
export interface RouteEntry extends FolderSettings {
  /** Frozen, and the same object as long as the route is served. */
  readonly info: RouteInfo;
  readonly route: AnyRoute;
  /** That of its folders, then its own. */
  readonly middleware: readonly MiddlewareInput[];
  /** Where it comes from, as errors say it: `added in code`, `in routes/users.ts`. */
  readonly origin: string;
}

/** What answers requests without a route, below a path. */
export interface NotFoundEntry extends FolderSettings {
  readonly info: { readonly method: '_404'; readonly pattern: string };
  readonly handler: NotFoundHandler<AppEnv>;
  /** As that of a route. */
  readonly origin: string;
}

/** Everything that a file can serve. */
export type ServedEntry = RouteEntry | NotFoundEntry;

/** Whether an entry is a route. */
export function isRouteEntry(entry: ServedEntry): entry is RouteEntry {
  return 'route' in entry;
}

/** Whether an entry is what a `_404` file serves. */
export function isNotFoundEntry(entry: ServedEntry): entry is NotFoundEntry {
  return !isRouteEntry(entry);
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
  readonly folders?: FolderSettings | undefined;
}

const NO_FOLDERS: FolderSettings = Object.freeze({ middleware: [], errorHandlers: [] });
const NO_META: RouteMeta = Object.freeze({});
const NO_DOCS: RouteDocs = Object.freeze({});

/** Makes an entry, with what others are told about the route. */
export function createRouteEntry(options: RouteEntryOptions): RouteEntry {
  const { method, pattern, route, wildcard = '*', file, exportName, origin = 'added in code' } = options;
  const { errorHandlers, middleware: outer } = options.folders ?? NO_FOLDERS;
  const middleware = Object.freeze([...outer, ...(route.middleware ?? [])]);
  const { names } = readPattern(pattern);
  const info: RouteInfo = {
    method,
    pattern,
    params: Object.freeze(names.map((name) => (name === '*' ? wildcard : name))),
    wildcard: names.at(-1) === '*' ? wildcard : undefined,
    file,
    exportName,
    schema: route.schema,
    middleware: Object.freeze(middleware.map(({ name }) => name || 'anonymous')),
    meta: route.meta ?? NO_META,
    docs: route.docs ?? NO_DOCS,
    security: Object.freeze(
      middleware.flatMap((each) => ('security' in each && each.security ? [each.security] : [])),
    ),
    constraints: route.constraints,
    tunnel: route.tunnel,
  };
  return Object.freeze({ info: Object.freeze(info), route, middleware, errorHandlers, origin });
}
