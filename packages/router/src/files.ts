export type { MisplacedRoute, ServedRouteFiles } from './file-channels.ts';
export { toFilePath } from './file-path.ts';
export { findRouteFiles, type RouteFile } from './find-route-files.ts';
export { provideRouteModules, type RouteModules } from './provided-modules.ts';
export type { RouteEntry } from './route-entry.ts';
export { RouteFiles, type RouteFilesSettings } from './route-files.ts';
export { type RoutePath, toRoutePath } from './route-path.ts';
export { RouteSet, type RouteSetOptions } from './route-set.ts';
export type { RouteMatch, RouteRefusal, RouteTable, RouteTableOptions } from './route-table.ts';
