export {
  createDeleteRoute,
  createGetRoute,
  createHeadRoute,
  createOptionsRoute,
  createPatchRoute,
  createPostRoute,
  createPutRoute,
} from './create-route.ts';
export { findRouteFiles, type RouteEntry, type RouteFile } from './load-routes.ts';
export { provideRouteModules, type RouteModules } from './provided-modules.ts';
export { type RoutePath, toRoutePath } from './route-path.ts';
export type { RouteMatch, RouteTableOptions } from './route-table.ts';
export { Router, type RouterSettings } from './router.ts';
export type * from '@blaizejs/types';
