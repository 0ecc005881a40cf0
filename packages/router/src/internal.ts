/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { bundledRoutes } from './bundled-registry.ts';
export type { RouteCheck } from './check-route.ts';
export { constraintKey, type RequestHead } from './constraints.ts';
export { isKnownMethod } from './http-methods.ts';
export { patternProblem } from './pattern-problem.ts';
export {
  createRouteEntry,
  type NotFoundEntry,
  type RouteEntry,
  type RouteEntryOptions,
  type ServedEntry,
} from './route-entry.ts';
export { formsOf, readPattern } from './route-pattern.ts';
export { RouteSet, type RouteSetOptions } from './route-set.ts';
export { type RouteMatch, type RouteRefusal, RouteTable, type RouteTableOptions } from './route-table.ts';
