import { tracingChannel } from 'node:diagnostics_channel';

import type { App, Context, Outcome, RouteInfo } from '@blaizejs/types';

/** What subscribers of `blaizejs.request` receive: one object per request, filled in as the request proceeds. */
export interface RequestTrace {
  /** Which app or server has answered: all of a process publish to the same channel. */
  readonly app: App;
  readonly ctx: Context;
  readonly route: RouteInfo | undefined;
  /** The status that was sent; 0 until then. */
  status: number;
  /** How the exchange has ended; undefined until then. */
  outcome?: Outcome | undefined;
  /** The error that was answered, or that broke off an answer. */
  error?: Error | undefined;
}

/**
 * The channels `tracing:blaizejs.request:start`, `end`, `asyncStart`, `asyncEnd` and `error` of `node:diagnostics_channel`.
 * `start` and `end` enclose the synchronous part of a request; `asyncEnd` is published when its exchange is over.
 */
export const requestChannel = tracingChannel<RequestTrace, RequestTrace>('blaizejs.request');
