import type { RouteFiles, RouteFilesSettings } from './route-files.ts';
import type { RouteSet } from './route-set.ts';

/** Serves the routes of folders that a build has put into the bundle. */
export type OpenBundled = (
  routes: RouteSet,
  settings: RouteFilesSettings,
) => Promise<Pick<RouteFiles, 'add' | 'close'>>;

// An app without bundled routes has nothing of this in its bundle but the name.
const BUNDLED = Symbol.for('blaizejs.bundled-routes');
const shared = globalThis as { [BUNDLED]?: OpenBundled | undefined };

/** What serves bundled routes; undefined if there are none. */
export function bundledRoutes(): OpenBundled | undefined {
  return shared[BUNDLED];
}

/** Replaces what serves bundled routes. */
export function setBundledRoutes(open: OpenBundled | undefined): void {
  shared[BUNDLED] = open;
}
