import { channel } from 'node:diagnostics_channel';

import type { RouteInfo } from '@blaizejs/types';

/** A route that was made for one path, in a file that is served at another. */
export interface MisplacedRoute {
  /** Absolute. */
  readonly file: string;
  /** What it was made for: `/users/[id]`. */
  readonly path: string;
  /** Where its file is served. */
  readonly served: string;
}

/** What is served whenever route files were loaded. */
export interface ServedRouteFiles {
  /** All routes; those added in code too. */
  readonly routes: readonly RouteInfo[];
}

/** Tells of {@link ServedRouteFiles}. `blaize dev` listens, in a process that loads no router before the app does. */
export const routeFiles = channel('blaizejs.router.files');
/** Tells of each {@link MisplacedRoute}. */
export const misplacedRoutes = channel('blaizejs.router.misplaced');
