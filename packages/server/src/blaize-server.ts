import type { AddressInfo } from 'node:net';

import { compileTrustProxy, silentLogger, type TrustProxy } from '@blaizejs/context/internal';
import { ListenError, ServerStateError } from '@blaizejs/errors';
import { toMiddleware } from '@blaizejs/middleware';
import { PluginHost } from '@blaizejs/plugins';
import type { CloseOptions, Logger, Middleware, MiddlewareInput, Plugin, Server } from '@blaizejs/types';

import { type Adapter, DRAIN_GRACE } from './adapters/adapter.ts';
import { FetchAdapter } from './adapters/fetch.ts';
import { Http1Adapter } from './adapters/http1.ts';
import { Http2Adapter } from './adapters/http2.ts';
import { AppTable } from './app-table.ts';
import { secure } from './credentials.ts';
import { createDefaultLogger } from './default-logger.ts';
import { loadDevelopmentTools } from './development-tools.ts';
import { ServerEventEmitter } from './events.ts';
import { type ResolvedOptions, resolveOptions } from './options.ts';
import { LimitHits } from './limits.ts';
import { RequestHandler } from './request-handler.ts';
import { AppRouter, openRouteFiles } from './router.ts';
import { shutDown, within } from './shut-down.ts';
import { stopOnSignals } from './signals.ts';
import { announceStart, ownVersion, reachableAt, type StartReport } from './start-report.ts';

// The longest time that Node's timers know.
const MAX_TIMER = 2 ** 31 - 1;

/** A server: the one object that holds all parts, and the order in which they come up. */
export class BlaizeServer implements Server {
  readonly events = new ServerEventEmitter((error, message) => this.log.error({ err: error }, message));
  readonly router: AppRouter;
  readonly log: Logger;

  #options: ResolvedOptions;
  readonly #production = process.env.NODE_ENV === 'production';
  readonly #hits = new LimitHits();
  readonly #trustProxy: TrustProxy | undefined;
  readonly #plugins = new PluginHost();
  readonly #middleware: Middleware[];
  readonly #handler: RequestHandler;
  readonly #adapter: Adapter;
  readonly #fetch: FetchAdapter;
  #state: 'new' | 'starting' | 'listening' | 'closed' = 'new';
  /** What is under way or done: each happens once. */
  #settingUp: Promise<void> = Promise.resolve();
  #ready: Promise<this> | undefined;
  #listening: Promise<this> | undefined;
  #closing: Promise<boolean> | undefined;
  #isReady = false;
  #forgetSignals: (() => void) | undefined;

  constructor(options: ResolvedOptions) {
    this.#options = options;
    this.log =
      options.logger === false ? silentLogger : (options.logger ?? createDefaultLogger(this.#production));
    this.#trustProxy = compileTrustProxy(options.trustProxy);
    this.#middleware = options.middleware.map(toMiddleware);
    this.#plugins.add(...options.plugins);
    const { limits } = options;
    this.router = new AppRouter(
      {
        ...options.router,
        maxUrlLength: limits.maxUrlLength,
        maxParamLength: limits.maxParamLength,
        watch: options.watch ?? !this.#production,
        onChange: () => this.#rebuild(),
        onReload: (count) => void this.events.notify('routes:reloaded', count),
        onError: (error) => this.events.report(error),
      },
      openRouteFiles,
    );
    this.#handler = new RequestHandler(this.#makeTable(), {
      production: this.#production,
      handlerTimeout: limits.handlerTimeout,
      hits: this.#hits,
      report: (error) => void this.events.notify('error', error),
    });
    const handle = this.#handler.handle.bind(this.#handler);
    // Restarts must lose nothing; whoever develops waits for them.
    const idleGrace = this.#production ? 500 : DRAIN_GRACE;
    const settings = { handle, limits, hits: this.#hits, idleGrace };
    this.#adapter = options.http2.enabled ? new Http2Adapter(settings) : new Http1Adapter(settings);
    this.#fetch = new FetchAdapter(handle);
  }

  get port(): number {
    return (this.server.address() as AddressInfo | null)?.port ?? this.#options.port;
  }

  get host(): string {
    return this.#options.host;
  }

  get url(): string {
    const { host } = this;
    const wildcard = host === '0.0.0.0' || host === '::';
    const shown = wildcard ? 'localhost' : host.includes(':') ? `[${host}]` : host;
    return `${this.#options.http2.enabled ? 'https' : 'http'}://${shown}:${this.port}`;
  }

  get server(): Server['server'] {
    return this.#adapter.server;
  }

  get middleware(): readonly Middleware[] {
    return this.#middleware;
  }

  get plugins(): readonly Plugin[] {
    return this.#plugins.plugins;
  }

  get limitHits(): Server['limitHits'] {
    return this.#hits.counts;
  }

  use(middleware: MiddlewareInput | readonly MiddlewareInput[]): this {
    this.#middleware.push(...[middleware].flat().map((input) => toMiddleware(input)));
    this.#rebuild();
    return this;
  }

  async register(plugin: Plugin): Promise<this> {
    this.#assertOpen('register a plugin');
    this.#plugins.add(plugin);
    await this.#setUp();
    if (this.#isReady) await this.#plugins.initialize();
    if (this.#state === 'listening') await this.#plugins.start();
    return this;
  }

  async ready(): Promise<this> {
    this.#assertOpen('make ready');
    return (this.#ready ??= this.#makeReady());
  }

  listen(port = this.#options.port, host = this.#options.host): Promise<this> {
    if (this.#state !== 'new') return Promise.reject(this.#stateError('listen'));
    this.#state = 'starting';
    return (this.#listening = this.#start(port, host));
  }

  async close(options: CloseOptions = {}): Promise<void> {
    const { timeout = 0 } = options;
    if (!Number.isFinite(timeout) || timeout < 0) {
      throw new RangeError(`close(): timeout is a number of milliseconds, not ${String(timeout)}.`);
    }
    await this.stop(options);
  }

  async fetch(request: Request): Promise<Response> {
    return this.#fetch.fetch(request, this.ready());
  }

  /** As {@link BlaizeServer.close}; gives whether all of it stopped in time. */
  stop(options: CloseOptions = {}): Promise<boolean> {
    return (this.#closing ??= this.#stop(options));
  }

  async #start(port: number, host: string): Promise<this> {
    const begun = performance.now();
    if (this.#options.handleSignals) this.#forgetSignals = stopOnSignals(this);
    try {
      this.#options = resolveOptions({ ...this.#options, port, host });
      if (this.#options.http2.enabled) await secure(this.server, this.#options, this.#production);
      await this.ready();
      this.#assertOpen('listen');
      await this.#bind();
      await this.#plugins.start();
      this.#assertOpen('listen');
    } catch (error) {
      const abandoning = this.#abandon();
      // Whoever closes it meanwhile waits for this start to end.
      this.#closing ??= abandoning;
      await abandoning;
      throw error;
    }
    this.#state = 'listening';
    this.#announce(Math.round(performance.now() - begun));
    await this.events.notify('started');
    return this;
  }

  #announce(milliseconds: number): void {
    const { http2, routesDir, watch, logger } = this.#options;
    if (logger === false) return;
    const address = (this.server.address() as AddressInfo | null)?.address ?? this.host;
    const report: StartReport = {
      name: 'BlaizeJS',
      version: ownVersion(),
      urls: reachableAt({
        scheme: http2.enabled ? 'https' : 'http',
        host: this.host,
        address,
        port: this.port,
      }),
      protocols: http2.enabled ? ['HTTP/2', 'HTTP/1.1'] : ['HTTP/1.1'],
      routes: this.router.routes.length,
      milliseconds,
      reload: routesDir !== false && (watch ?? !this.#production),
    };
    announceStart(report, this.url, this.log, this.#production || logger !== undefined);
  }

  async #makeReady(): Promise<this> {
    if (!this.#production) await loadDevelopmentTools();
    await this.#setUp();
    await this.#plugins.initialize();
    const { routesDir } = this.#options;
    if (routesDir !== false) await this.router.addRouteDirectory(routesDir);
    this.#isReady = true;
    this.#rebuild();
    await this.events.notify('routes:loaded', this.router.routes.length);
    return this;
  }

  /** Sets up whatever is registered, one after the other whoever asks. */
  #setUp(): Promise<void> {
    const settingUp = this.#settingUp.then(() => this.#plugins.setUp(this));
    this.#settingUp = settingUp.catch(() => undefined);
    return settingUp;
  }

  #bind(): Promise<void> {
    return new Promise((resolve, reject) => {
      const { port, host } = this.#options;
      const fail = (error: NodeJS.ErrnoException): void => reject(new ListenError(error, host, port));
      this.server.once('error', fail);
      this.server.listen({ port, host }, () => {
        this.server.off('error', fail);
        // Whatever goes wrong with a bound socket (EMFILE) must not end the process.
        this.server.on('error', (error) => this.events.report(error));
        resolve();
      });
    });
  }

  async #stop(options: CloseOptions): Promise<boolean> {
    const timeout = Math.min(options.timeout ?? this.#options.shutdownTimeout, MAX_TIMER);
    const begun = performance.now();
    // What is starting comes up first, unless that takes too long.
    const starting = Promise.allSettled([this.#listening, this.#settingUp, this.#ready]);
    if (this.#state !== 'listening') await within(timeout / 2, starting);
    // A start that failed has undone itself.
    if (this.#state === 'closed') return false;
    this.#state = 'closed';
    const watching = this.router.close();
    const stopped = await shutDown(
      {
        adapter: this.#adapter,
        fetch: this.#fetch,
        plugins: this.#plugins,
        settingUp: this.#settingUp,
        events: this.events,
        log: this.log,
      },
      { ...options, timeout: Math.max(0, timeout - (performance.now() - begun)) },
    );
    await watching;
    this.#forgetSignals?.();
    return stopped;
  }

  /** Undoes a start that failed. */
  async #abandon(): Promise<boolean> {
    this.#state = 'closed';
    await this.router.close();
    this.#adapter.destroy();
    this.server.close();
    for (const error of await this.#plugins.stop(this.#options.shutdownTimeout)) this.events.report(error);
    this.#forgetSignals?.();
    return false;
  }

  #rebuild(): void {
    // Until it is ready nothing is served, and each route that is added would build a table of all before it.
    if (this.#isReady) this.#handler.table = this.#makeTable();
  }

  #makeTable(): AppTable {
    return new AppTable(this.router, this.#middleware, {
      bodyLimit: this.#options.bodyLimit,
      trustProxy: this.#trustProxy,
      services: this.#plugins.services,
      log: this.log,
    });
  }

  #assertOpen(what: string): void {
    if (this.#state === 'closed') throw this.#stateError(what);
  }

  #stateError(what: string): ServerStateError {
    const why = {
      new: 'is new',
      starting: 'is starting already',
      listening: `is listening on ${this.url} already`,
      closed: 'was closed; make a new one with createServer()',
    }[this.#state];
    return new ServerStateError(`Can't ${what}: the server ${why}.`);
  }
}
