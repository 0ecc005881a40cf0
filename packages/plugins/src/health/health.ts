import { logError, PROBE_META, isProbe as isProbeRoute } from '@blaizejs/context/internal';
import type { Context, HookContext, Plugin, PluginTarget } from '@blaizejs/types';

import { createPlugin } from '../create-plugin.ts';
import { saysYes } from '../says-yes.ts';
import type { HealthProbe } from './check.ts';
import { CheckRunner } from './check-runner.ts';
import { type HealthOptions, resolveHealth, type ResolvedHealth } from './options.ts';
import { readWorkers } from './workers.ts';
import { type Health, type HealthStatus, toReport } from './report.ts';

const PROBES = ['live', 'ready', 'startup'] as const;

/**
 * Adds three routes for load balancers and orchestrators: `/health` says whether the process is alive, `/ready` whether it
 * should get requests, `/startup` whether it has started. They answer 200 or 503. Once the server is about to stop, `/ready`
 * answers 503, while everything is still served for the server's `drainDelay`. In a cluster, each worker speaks for itself. `loadShed()` and `rateLimit()` let them
 * through.
 *
 * ```ts
 * createServer({ drainDelay: 5000, plugins: [health({ checks: { redis: redisCheck(client) } })] })
 * ```
 *
 * @throws ConfigurationError that lists everything that is wrong with the options
 */
export function health(options: HealthOptions = {}): Plugin {
  const resolved = resolveHealth(options);
  return createPlugin('health', '1.0.0', (server) => new Probes(server, resolved).hooks)();
}

/** Whether a request is a probe: for the `skip` of middleware that would refuse it. */
export function isProbe(ctx: Pick<HookContext, 'route'>): boolean {
  return isProbeRoute(ctx);
}

class Probes {
  readonly #server: PluginTarget;
  readonly #details: ResolvedHealth['details'];
  readonly #runners: readonly CheckRunner[];
  #isClosing = false;
  #hasStarted = false;

  constructor(server: PluginTarget, { checks, details, paths }: ResolvedHealth) {
    this.#server = server;
    this.#details = details;
    this.#runners = Object.entries(checks).map(([name, check]) => new CheckRunner(name, check, server));
    for (const probe of PROBES) {
      const path = paths[probe];
      if (path === false) continue;
      server.router.addRoute('GET', path, {
        meta: PROBE_META,
        docs: { visibility: 'hidden' },
        handler: (ctx: Context) => this.#answer(ctx, probe),
      });
    }
  }

  readonly #onClosing = (): void => {
    this.#isClosing = true;
  };

  get hooks() {
    return {
      initialize: (): void => {
        this.#server.events.on('closing', this.#onClosing);
      },
      onServerStart: (): void => {
        for (const runner of this.#runners) runner.start();
      },
      terminate: (): void => {
        this.#server.events.off('closing', this.#onClosing);
        for (const runner of this.#runners) runner.stop();
      },
    };
  }

  async #answer(ctx: Context, probe: HealthProbe): Promise<void> {
    const shows = this.#shows(ctx);
    const [found, workers] = await Promise.all([this.#look(probe), shows ? readWorkers() : undefined]);
    ctx.response
      .status(found.status === 'fail' ? 503 : 200)
      .json(toReport({ ...found, workers }, shows))
      // An Internet-Draft (draft-inadarei-api-health-check) that dashboards know.
      .type('application/health+json')
      .header('cache-control', 'no-store');
  }

  async #look(probe: HealthProbe): Promise<Health> {
    const { state, statistics } = this.#server;
    const isUp = state !== 'starting';
    const isDown = this.#isClosing || state === 'closing' || state === 'closed';
    // It has started: nothing can take that back.
    if (probe === 'startup' && this.#hasStarted) return { status: 'pass', checks: [] };
    const runners = this.#runners.filter(({ check }) => check.probes.includes(probe));
    const checks = await Promise.all(
      runners.map(async (runner) => ({
        name: runner.name,
        critical: runner.check.critical,
        // A check that has passed once is enough to have started.
        ...(await runner.read()),
        ...(probe === 'startup' && runner.hasPassed && { passed: true }),
      })),
    );
    const failed = checks.filter(({ passed }) => !passed);
    const isFailed = failed.some(({ critical }) => critical);
    const status: HealthStatus = isFailed ? 'fail' : failed.length > 0 ? 'warn' : 'pass';
    if (probe === 'startup') this.#hasStarted = isUp && status !== 'fail';
    if (probe !== 'live' && !isUp) return { status: 'fail', reason: 'starting', checks, statistics };
    if (probe === 'ready' && isDown) return { status: 'fail', reason: 'closing', checks, statistics };
    return { status, checks, statistics };
  }

  #shows(ctx: Context): boolean {
    if (typeof this.#details === 'boolean') return this.#details;
    try {
      return saysYes(this.#details(ctx));
    } catch (error) {
      logError(() => ctx.log, 'error', error, 'The option `details` of health() threw');
      return false;
    }
  }
}
