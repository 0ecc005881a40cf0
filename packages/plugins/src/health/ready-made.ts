import type { IntervalHistogram } from 'node:perf_hooks';

import { checkOptions, is, limit, options as shapeOf, optional, text } from '@blaizejs/errors/internal';

import type { HealthCheck, HealthCheckContext } from './check.ts';

/** The options of {@link eventLoopDelayCheck}. */
export interface EventLoopDelayCheckOptions {
  /** Milliseconds that the event loop may be late on average, since the last run. Default: 500. */
  readonly max?: number | undefined;
}

/** The options of {@link diskSpaceCheck}. */
export interface DiskSpaceCheckOptions {
  /** A folder on the disk. */
  readonly path: string;
  /** Bytes that have to be free for the process. Default: 104 857 600 (100 MiB). */
  readonly minFree?: number | undefined;
}

/** The options of {@link httpCheck}. */
export interface HttpCheckOptions {
  readonly url: string | URL;
  /** The expected status. Default: any from 200 to 299. Redirects are not followed. */
  readonly status?: number | undefined;
}

/** Nanoseconds in a millisecond. */
const NANO = 1e6;
/** Milliseconds between two looks of the monitor, which count as delay. */
const RESOLUTION = 20;

const eventLoopOptions = shapeOf({ max: limit(500) }, 'an object of options, such as { max: 200 }');
const diskOptions = shapeOf(
  { path: text('the path of a folder'), minFree: limit(100 * 1024 * 1024) },
  'an object of options, such as { path: "/data" }',
);
const httpOptions = shapeOf(
  {
    url: is<string | URL>('an http: or https: URL', (value) => {
      const url = String(value);
      return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
    }),
    status: optional(
      is<number>('a status from 100 to 599', (value) => {
        return Number.isInteger(value) && (value as number) >= 100 && (value as number) <= 599;
      }),
    ),
  },
  'an object of options, such as { url: "https://example.com/health" }',
);

/**
 * Fails if the event loop is late: handlers compute too much, or there are too many requests. Under overload, all servers may
 * leave the load balancer at once; `critical: false` only warns.
 *
 * @throws ConfigurationError
 */
export function eventLoopDelayCheck(options: EventLoopDelayCheckOptions = {}): HealthCheck {
  const { max } = checkOptions(eventLoopOptions, options, 'eventLoopDelayCheck()');
  let histogram: IntervalHistogram | undefined;
  return {
    async run() {
      if (!histogram) {
        // Not at the top: workers have no such module.
        const { monitorEventLoopDelay } = await import('node:perf_hooks');
        histogram = monitorEventLoopDelay({ resolution: RESOLUTION });
        histogram.enable();
        return;
      }
      const delay = histogram.mean / NANO - RESOLUTION;
      histogram.reset();
      if (delay > max)
        throw new Error(`The event loop is ${Math.round(delay)} ms late; the limit is ${max} ms.`);
    },
    stop() {
      histogram?.disable();
      histogram = undefined;
    },
  };
}

/**
 * Fails if a disk is almost full.
 *
 * @throws ConfigurationError
 */
export function diskSpaceCheck(options: DiskSpaceCheckOptions): HealthCheck {
  const { path, minFree } = checkOptions(diskOptions, options, 'diskSpaceCheck()');
  return {
    async run() {
      const { statfs } = await import('node:fs/promises');
      const { bavail, bsize } = await statfs(path);
      const free = bavail * bsize;
      if (free < minFree) throw new Error(`${path} has ${free} bytes left; it needs ${minFree}.`);
    },
  };
}

/**
 * Fails if a service does not answer a GET as expected. Ask for something cheap that checks nothing else: two services whose
 * probes ask each other fail together.
 *
 * @throws ConfigurationError
 */
export function httpCheck(options: HttpCheckOptions): HealthCheck {
  const { url, status: expected } = checkOptions(httpOptions, options, 'httpCheck()');
  return {
    async run({ signal }) {
      const response = await fetch(url, { signal, redirect: 'manual', headers: { accept: '*/*' } });
      await response.body?.cancel();
      const isGood = expected === undefined ? response.ok : response.status === expected;
      if (!isGood) throw new Error(`It answered ${response.status}, not ${expected ?? '200 to 299'}.`);
    },
  };
}

/** Fails if Redis does not answer a PING. @param client one of ioredis or node-redis, or anything with a `ping()` */
export function redisCheck(client: { ping(): Promise<unknown> }): HealthCheck {
  return {
    async run() {
      const answer = await client.ping();
      if (String(answer) !== 'PONG') throw new Error('The answer to PING was not PONG.');
    },
  };
}

/**
 * Fails if a query fails: `queryCheck(({ services }) => services.db.query('SELECT 1'))`.
 *
 * @param query gets the services of plugins, and a signal that aborts when the time of the check is up
 */
export function queryCheck(query: (context: HealthCheckContext) => unknown): HealthCheck {
  return { run: (context) => query(context) };
}

/**
 * Fails while the circuit of a `resilientFetch()` is open: too many calls to a service have failed. It is not critical, so
 * that it only warns: if it were, all servers would leave the load balancer because of one service that is down. Where
 * nothing works without that service, use `{ ...breakerCheck(payments), critical: true }`.
 *
 * @param call what `resilientFetch()` from `@blaizejs/middleware/resilience` returned, or anything else with such a state
 */
export function breakerCheck(call: {
  readonly service: string;
  readonly state: { readonly circuit: 'closed' | 'open' | 'half-open' };
}): HealthCheck {
  return {
    critical: false,
    cache: 0,
    run() {
      if (call.state.circuit === 'open')
        throw new Error(`Calls to ${call.service} are refused: too many have failed.`);
    },
  };
}

/**
 * Fails while `loadShed()` refuses requests. It is not critical, so that it only warns: if it were, the load of a server that
 * is overloaded would go to the others, until they are, too.
 *
 * @param shed what `loadShed()` from `@blaizejs/middleware/load-shed` returned
 */
export function overloadCheck(shed: {
  readonly state: { readonly overloaded: boolean; readonly reason?: string | undefined };
}): HealthCheck {
  return {
    critical: false,
    cache: 0,
    run() {
      const { overloaded, reason } = shed.state;
      if (overloaded) throw new Error(`Requests are refused (${reason ?? 'overload'}).`);
    },
  };
}
