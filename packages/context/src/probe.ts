import type { RouteInfo, RouteMeta } from '@blaizejs/types';

// Registered, so that two copies of the package know each other's routes.
const PROBE: unique symbol = Symbol.for('blaizejs.probe');

/** The `meta` of a route that load balancers and orchestrators ask: it must be answered under overload, too. */
export const PROBE_META: RouteMeta = /* @__PURE__ */ Object.freeze({ [PROBE]: true });

/** Whether a request is for a route with {@link PROBE_META}. */
export function isProbe({ route }: { readonly route: RouteInfo | undefined }): boolean {
  return route !== undefined && PROBE in route.meta;
}
