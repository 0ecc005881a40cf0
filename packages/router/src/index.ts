export { compileHandler, type CompiledHandler } from './compile-handler.ts';
export {
  createDeleteRoute,
  createGetRoute,
  createHeadRoute,
  createOptionsRoute,
  createPatchRoute,
  createPostRoute,
  createPutRoute,
} from './create-route.ts';
export type { RouteEntry } from './load-routes.ts';
export { isKnownMethod, type RouteMatch, RouteTable, type RouteTableOptions } from './route-table.ts';
export { Router, type RouterSettings } from './router.ts';
export type * from '@blaizejs/types';
