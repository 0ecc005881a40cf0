import type { Middleware } from '@blaizejs/types';

import type { Load } from './pressure.ts';

/** What a request can be refused for. `concurrency`: as many as may be are already handled. */
export type LoadShedReason = keyof Load | 'concurrency';

/** How a server copes, for health checks and metrics. */
export interface LoadShedState {
  /** Whether a request was refused in the last second, or in up to eight if overloads follow one another. */
  readonly overloaded: boolean;
  /** Why the last request was refused; undefined if none was. */
  readonly reason: LoadShedReason | undefined;
  /** Requests that are handled now. */
  readonly inFlight: number;
  /** Requests that may be handled at once, as of now. */
  readonly limit: number;
  /** Requests that were refused so far, by reason. */
  readonly refused: Readonly<Record<LoadShedReason, number>>;
  /** Overloads so far. */
  readonly overloads: number;
  /** Milliseconds that the event loop is late, on average. */
  readonly eventLoopDelay: number;
  /** The share of time that the event loop is busy, on average. */
  readonly eventLoopUtilization: number;
  /** The share of V8's limit that the heap has in use. Only measured if it has a limit, like the next one. */
  readonly heapUsage: number;
  /** Bytes of memory of the process. */
  readonly rss: number;
}

/** What {@link loadShed} returns: a middleware that tells how it goes. */
export interface LoadShed extends Middleware {
  readonly state: LoadShedState;
}
