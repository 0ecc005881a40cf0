import type { RouteInfo, RouteMeta } from '@blaizejs/types';

/**
 * How long a route is served under load. `critical`: as long as `maxConcurrency` allows, whatever else is short. `low`: it is
 * the first to go, before any bound is reached.
 */
export type LoadPriority = 'critical' | 'low';

// Registered: there may be several copies of this package.
const PRIORITY = Symbol.for('blaizejs.load-priority');

const META: Readonly<Record<LoadPriority, RouteMeta>> = {
  critical: Object.freeze({ [PRIORITY]: 'critical' }),
  low: Object.freeze({ [PRIORITY]: 'low' }),
};

/**
 * The `meta` of a route that `loadShed()` should treat differently from others.
 *
 * ```ts
 * export const POST = createPostRoute({ meta: loadPriority('critical'), handler: pay });
 * export const GET = createGetRoute({ meta: { ...loadPriority('low'), title: 'Report' }, handler: report });
 * ```
 *
 * @throws TypeError for any other priority
 */
export function loadPriority(priority: LoadPriority): RouteMeta {
  if (!Object.hasOwn(META, priority))
    throw new TypeError(`loadPriority() takes "critical" or "low", not ${JSON.stringify(priority)}.`);
  return META[priority];
}

/** @returns undefined for those that are neither */
export function priorityOf(route: RouteInfo | undefined): LoadPriority | undefined {
  return (route?.meta as { readonly [PRIORITY]?: LoadPriority } | undefined)?.[PRIORITY];
}
