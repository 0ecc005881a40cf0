/** For the other packages of BlaizeJS only: changes without notice, and is not covered by the version. */
export { compileHandler, type CompiledHandler } from './compile-handler.ts';
export { isKnownMethod, RouteTable } from './route-table.ts';
