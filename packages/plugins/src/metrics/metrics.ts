import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { logError } from '@blaizejs/context/internal';
import { NotFoundError, ServiceUnavailableError } from '@blaizejs/errors';
import type { Context, Plugin, PluginTarget } from '@blaizejs/types';

import { createPlugin } from '../create-plugin.ts';
import { saysYes } from '../says-yes.ts';
import { chooseFormat, CONTENT_TYPES, expose, type Format } from './exposition.ts';
import type { MetricFamily } from './family.ts';
import { FleetMetrics } from './fleet-metrics.ts';
import { neverFalls } from './merge.ts';
import { MetricsPort } from './metrics-port.ts';
import { type MetricsOptions, type ResolvedMetrics, resolveMetrics } from './options.ts';
import { readRegistry, readSums } from './registry.ts';
import { RequestMetrics, type Trace } from './requests.ts';
import { RuntimeMetrics } from './runtime-metrics.ts';
import { serverFamilies } from './server-metrics.ts';

const START = 'tracing:blaizejs.request:start';
const END = 'tracing:blaizejs.request:asyncEnd';
/** Milliseconds that the registry of a worker may take. The cluster waits for 1 000. */
const SHARE_TIMEOUT = 700;

/** What {@link metrics} puts on `ctx.services`, as `metrics`. */
export interface Metrics {
  /** Where to scrape; undefined unless there is a port of its own, and the server has started. */
  readonly url: string | undefined;
  /** All metrics as data; those of all workers in a cluster. */
  read(): Promise<readonly MetricFamily[]>;
}

/**
 * Exposes metrics for Prometheus, in its text format or as OpenMetrics: requests by route, what only the server knows of its
 * connections, and the process. By default at `http://127.0.0.1:9464/metrics`, so not to the outside.
 *
 * ```ts
 * createServer({ plugins: [metrics({ registry: promClient.register })] })
 * ```
 *
 * In a cluster, whichever worker answers has the metrics of all workers. Counters and histograms are sums that never fall, also
 * when workers are replaced or killed.
 *
 * @throws ConfigurationError that lists everything that is wrong with the options. If its port is in use, the server does
 *   not start: PluginError, caused by a ListenError
 */
export function metrics(options: MetricsOptions = {}): Plugin<{ metrics: Metrics }> {
  const resolved = resolveMetrics(options);
  return createPlugin('metrics', '1.0.0', (server) => new ServerMetrics(server, resolved).hooks)();
}

class ServerMetrics {
  readonly #server: PluginTarget;
  readonly #options: ResolvedMetrics;
  readonly #requests: RequestMetrics;
  readonly #runtime: RuntimeMetrics | undefined;
  readonly #port: MetricsPort | undefined;
  readonly #fleet: FleetMetrics;
  /** The sums of the registry as last read, should it fail. */
  #sums: readonly MetricFamily[] = [];
  /** When it began to count, by `performance.now()`. */
  #since = Infinity;
  #reading: Promise<readonly MetricFamily[]> | undefined;

  constructor(server: PluginTarget, options: ResolvedMetrics) {
    const { listen, path, buckets, runtime, allow } = options;
    this.#server = server;
    this.#options = options;
    this.#requests = new RequestMetrics(buckets);
    this.#runtime = runtime ? new RuntimeMetrics() : undefined;
    this.#port = listen ? new MetricsPort(listen, path, (format) => this.#expose(format)) : undefined;
    this.#fleet = new FleetMetrics(`${listen ? listen.port : ''}${path}`, {
      read: () => this.#readShare(),
      readSums: () => this.#readSums(),
    });
    if (!allow) return;
    server.router.addRoute('GET', path, {
      docs: { visibility: 'hidden' },
      handler: (ctx: Context) => this.#answer(ctx, allow),
    });
  }

  get hooks() {
    const read = (): Promise<readonly MetricFamily[]> => this.#read();
    const origin = (): string | undefined => this.#port?.origin;
    const { path } = this.#options;
    const service: Metrics = {
      get url() {
        const at = origin();
        return at === undefined ? undefined : at + path;
      },
      read,
    };
    return {
      services: { metrics: service },
      initialize: (): void => {
        this.#since = performance.now();
        subscribe(START, this.#onStart);
        subscribe(END, this.#onEnd);
        this.#runtime?.start();
      },
      onServerStart: async (): Promise<void> => {
        this.#fleet.start();
        await this.#port?.open();
      },
      terminate: async (): Promise<void> => {
        unsubscribe(START, this.#onStart);
        unsubscribe(END, this.#onEnd);
        this.#runtime?.stop();
        await this.#port?.close();
        await this.#fleet.stop();
      },
    };
  }

  readonly #onStart = (message: unknown): void => {
    const { app, ctx } = message as Trace;
    if (app === this.#server) this.#requests.begin(ctx);
  };

  readonly #onEnd = (message: unknown): void => {
    const { app, ctx, outcome } = message as Trace;
    // Those that were there before have not been counted.
    if (app === this.#server && outcome && ctx.began >= this.#since) this.#requests.end(ctx, outcome);
  };

  async #answer(ctx: Context, allow: (ctx: Context) => boolean): Promise<void> {
    // As if there were no such route.
    if (!saysYes(allow(ctx))) throw new NotFoundError(`There is nothing at ${ctx.request.path}.`);
    const format = chooseFormat(ctx.request.header('accept'));
    let text: string;
    try {
      text = await this.#expose(format);
    } catch {
      throw new ServiceUnavailableError('A metric could not be collected.');
    }
    ctx.response
      .text(text)
      .type(CONTENT_TYPES[format])
      .header('cache-control', 'no-store')
      .append('vary', 'accept');
  }

  async #expose(format: Format): Promise<string> {
    return expose(await this.#read(), format);
  }

  /** Scrapes at the same time share one reading. */
  #read(): Promise<readonly MetricFamily[]> {
    const reading = (this.#reading ??= this.#readFleet());
    const end = (): void => {
      if (this.#reading === reading) this.#reading = undefined;
    };
    reading.then(end, end);
    return reading;
  }

  async #readFleet(): Promise<readonly MetricFamily[]> {
    try {
      return (await this.#fleet.read()) ?? (await this.#collect());
    } catch (error) {
      logError(() => this.#server.log, 'error', error, 'The metrics could not be collected');
      throw error;
    }
  }

  async #collect(): Promise<readonly MetricFamily[]> {
    const { registry, timeout } = this.#options;
    const others = registry ? await within(timeout, readRegistry(registry)) : [];
    return this.#join([...this.#own(), ...(this.#runtime?.families() ?? [])], others);
  }

  /** What this worker adds to the metrics of all. */
  async #readShare(): Promise<readonly MetricFamily[]> {
    const { registry, timeout } = this.#options;
    let others: readonly MetricFamily[] = this.#sums;
    try {
      if (registry) others = await within(Math.min(timeout, SHARE_TIMEOUT), readRegistry(registry));
      this.#sums = others.filter(neverFalls);
    } catch (error) {
      logError(() => this.#server.log, 'error', error, 'The metrics of the registry could not be collected');
    }
    const runtime = (this.#runtime?.families() ?? []).map((family) => {
      return { ...family, aggregate: 'each' as const };
    });
    return this.#join([...this.#own(), ...runtime], others);
  }

  async #readSums(): Promise<readonly MetricFamily[]> {
    const { registry } = this.#options;
    try {
      if (registry) this.#sums = await within(SHARE_TIMEOUT, readSums(registry));
    } catch {
      // The log says so when someone scrapes.
    }
    return this.#join(this.#own().filter(neverFalls), this.#sums);
  }

  #own(): MetricFamily[] {
    return [...this.#requests.families(), ...serverFamilies(this.#server)];
  }

  #join(own: readonly MetricFamily[], others: readonly MetricFamily[]): MetricFamily[] {
    const names = new Set(others.map(({ name }) => name));
    return [...own.filter(({ name }) => !names.has(name)), ...others];
  }
}

/** Rejects if a registry takes too long. */
async function within<T>(timeout: number, reading: Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`The registry took longer than ${timeout} ms.`)), timeout);
  });
  try {
    return await Promise.race([reading, late]);
  } finally {
    clearTimeout(timer);
  }
}
