import { tracingChannel } from 'node:diagnostics_channel';

import type { Context, RouteInfo } from '@blaizejs/types';

/** What subscribers of `blaizejs.request` get: one object a request, which fills as it goes. */
export interface RequestTrace {
  readonly ctx: Context;
  readonly route: RouteInfo | undefined;
  /** The status that was sent; 0 until then. */
  status: number;
  /** What became an error response, or broke one off. */
  error?: Error;
}

/**
 * The channels `tracing:blaizejs.request:start`, `end`, `asyncStart`, `asyncEnd` and `error` of `node:diagnostics_channel`.
 * `start` and `end` stand around the synchronous part of a request; `asyncEnd` comes when its exchange is over.
 */
export const requestChannel = tracingChannel<RequestTrace, RequestTrace>('blaizejs.request');
