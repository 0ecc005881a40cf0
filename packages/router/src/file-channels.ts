import { channel } from 'node:diagnostics_channel';

import type { RouteInfo } from '@blaizejs/types';

/** A route whose path is not the one that its file serves. */
export interface MisplacedRoute {
  /** Absolute. */
  readonly file: string;
  /** The path in the file: `/users/[id]`. */
  readonly path: string;
  /** The path that the file serves. */
  readonly served: string;
}

/** Published whenever route files have been loaded. */
export interface ServedRouteFiles {
  /** All routes, including those added in code. */
  readonly routes: readonly RouteInfo[];
}

/** Publishes {@link ServedRouteFiles}. `blaize dev` subscribes by name, so that it need not load the router itself. */
export const routeFiles = channel('blaizejs.router.files');
/** Publishes each {@link MisplacedRoute}. */
export const misplacedRoutes = channel('blaizejs.router.misplaced');
