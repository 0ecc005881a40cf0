import type { Services } from '@blaizejs/types';

/** The routes of a health plugin: `live` is `/health`, `ready` is `/ready`, `startup` is `/startup`. */
export type HealthProbe = 'live' | 'ready' | 'startup';

/** What a check gets. */
export interface HealthCheckContext {
  /** Aborts when the time of the check is up. */
  readonly signal: AbortSignal;
  /** What plugins provide, such as a database: the same as `ctx.services`. */
  readonly services: Services;
}

/** Looks whether something that the application needs works. */
export interface HealthCheck {
  /** Throws or rejects if it does not work. What it returns does not matter. */
  run(context: HealthCheckContext): unknown;
  /** Releases what the check holds, when the server stops. */
  stop?(): void;
  /** Milliseconds after which a run counts as failed. Default: 2 000. */
  readonly timeout?: number | undefined;
  /** Milliseconds for which a result is used again. Default: 1 000. */
  readonly cache?: number | undefined;
  /** Milliseconds after which the check runs again by itself; probes then never wait for it. 0: when asked. Default: 0. */
  readonly interval?: number | undefined;
  /** Whether its probes fail with it. If not, they say `warn`, and pass. Default: true. */
  readonly critical?: boolean | undefined;
  /** Runs that have to fail in a row before the check fails. Until it has passed once, it fails at once. Default: 1. */
  readonly failureThreshold?: number | undefined;
  /** Which probes depend on it. Default: `['ready', 'startup']`. */
  readonly probes?: readonly HealthProbe[] | undefined;
}
