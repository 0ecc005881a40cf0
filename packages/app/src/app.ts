import { logError, type ObservableSteps, type ObserveStep, silentLogger } from '@blaizejs/context/internal';
import { ServerStateError } from '@blaizejs/errors';
import { leftOut, MAX_TIMER } from '@blaizejs/errors/internal';
import { toMiddleware } from '@blaizejs/middleware/internal';
import { createPluginHost, type Plugins } from '@blaizejs/plugins/internal';
import type {
  App,
  CloseOptions,
  FetchInfo,
  Logger,
  Middleware,
  MiddlewareInput,
  Plugin,
} from '@blaizejs/types';

import { Additions } from './additions.ts';
import type { ResolvedAppOptions } from './app-options.ts';
import { AppRouter } from './app-router.ts';
import { AppTable } from './app-table.ts';
import { Background } from './background.ts';
import { mergeReaders, type Readers } from './body-types.ts';
import { routeCheckOf } from './check-route.ts';
import { ServerEventEmitter } from './events.ts';
import { FetchAdapter } from './fetch-adapter.ts';
import { LimitHits } from './limit-hits.ts';
import { createMount, type FetchHandler, type Mount } from './mount.ts';
import { type Handle, RequestHandler } from './request-handler.ts';
import { announceStop, type Drainable, shutDown, within } from './shut-down.ts';
import { Startup } from './startup.ts';
import type { Surroundings } from './surroundings.ts';
import { toLogger } from './to-logger.ts';

declare const BLAIZE_WITHOUT_CLOSE: true | undefined;

const none = /* @__PURE__ */ leftOut('close()');

/** An application: routes, middleware, plugins and the request path. A server is one with sockets. */
export class BlaizeApp implements App, ObservableSteps {
  readonly events = new ServerEventEmitter((error, message) =>
    logError(() => this.log, 'error', error, message),
  );
  readonly router: AppRouter;
  readonly log: Logger;
  /** @internal Answers the requests of adapters. */
  readonly handle: Handle;
  /** @internal */
  readonly hits: LimitHits;

  readonly #options: ResolvedAppOptions;
  readonly #surroundings: Surroundings;
  readonly #handler: RequestHandler;
  readonly #plugins: Plugins;
  readonly #additions = new Additions();
  readonly #background = new Background((error) => this.events.report(error));
  readonly #inProcess: FetchAdapter;
  readonly #middleware: Middleware[];
  readonly #mounts: Mount[] = [];
  readonly #startup: Startup;
  readonly #bodyReaders: Readers;
  #reloadNotice: Middleware | undefined;
  #observe: ObserveStep | undefined;
  readonly #drained = new AbortController();
  #draining: Promise<void> | undefined;
  #closing: Promise<boolean> | undefined;
  #isClosed = false;

  constructor(options: ResolvedAppOptions, surroundings: Surroundings) {
    const { production, folder } = surroundings;
    const { limits, logger } = options;
    this.#options = options;
    this.#surroundings = surroundings;
    this.#bodyReaders = mergeReaders(undefined, options.bodyReaders);
    this.log = logger === false ? silentLogger : logger ? toLogger(logger) : surroundings.createLogger();
    this.hits = new LimitHits(surroundings.limitNames);
    this.#middleware = options.middleware.map(toMiddleware);
    this.#plugins = createPluginHost({ timeout: options.pluginTimeout, additions: this.#additions });
    this.#plugins.add(...options.plugins);
    this.router = new AppRouter(
      {
        ...options.router,
        maxUrlLength: limits.maxUrlLength,
        maxParamLength: limits.maxParamLength,
        watch: folder?.watch,
        check: routeCheckOf(this.#bodyReaders),
        onAdd: this.#additions.note,
        onChange: () => this.rebuild(),
        onReload: (count, line) => {
          if (line !== undefined) this.log.info(line);
          void this.events.notify('routes:reloaded', count);
        },
        onError: (error) => this.events.report(error),
        onNotice: (line) => this.log.warn(line),
        onBroken: (problems) => this.#showBroken(problems),
      },
      folder?.open,
    );
    this.#handler = new RequestHandler(this.#makeTable(), {
      app: this,
      production,
      handlerTimeout: limits.handlerTimeout,
      deadlineHeader: options.deadlineHeader === false ? undefined : options.deadlineHeader.toLowerCase(),
      hits: this.hits,
      report: (error) => void this.events.notify('error', error),
      ...(surroundings.pageFor && { pageFor: surroundings.pageFor }),
    });
    this.#startup = new Startup({
      plugins: this.#plugins,
      additions: this.#additions,
      target: this,
      timeout: options.shutdownTimeout,
      loadTools: async () => surroundings.loadTools?.(),
      loadRoutes: () => this.#loadRoutes(),
      closeRoutes: () => this.router.close(),
      onReady: () => this.rebuild(),
      announce: () => this.events.notify('routes:loaded', this.router.routes.length),
      report: (error) => this.events.report(error),
    });
    this.handle = this.#handler.handle;
    this.#inProcess = new FetchAdapter(this.handle);
  }

  get middleware(): readonly Middleware[] {
    return this.#middleware;
  }

  get plugins(): readonly Plugin[] {
    return this.#plugins.plugins;
  }

  get services(): Plugins['services'] {
    return this.#plugins.services;
  }

  get mode(): App['mode'] {
    return this.#surroundings.production ? 'production' : 'development';
  }

  get limitHits(): App['limitHits'] {
    return this.hits.counts;
  }

  /** @internal The current routes. */
  get table(): AppTable {
    return this.#handler.table;
  }

  use(middleware: MiddlewareInput | readonly MiddlewareInput[]): this {
    const added = [middleware].flat().map((input) => toMiddleware(input));
    this.#middleware.push(...added);
    this.#additions.note(() => removeFrom(this.#middleware, added));
    this.rebuild();
    return this;
  }

  mount(prefix: string, fetch: FetchHandler): this {
    const mount = createMount(prefix, fetch);
    this.#mounts.push(mount);
    // The longest prefix goes first.
    this.#mounts.sort((a, b) => b.prefix.length - a.prefix.length);
    this.#additions.note(() => removeFrom(this.#mounts, [mount]));
    this.rebuild();
    return this;
  }

  async register(plugin: Plugin): Promise<this> {
    this.assertOpen('register a plugin');
    this.#plugins.add(plugin);
    this.#additions.note(() => this.#plugins.remove(plugin));
    try {
      await this.#startup.catchUp(plugin);
    } finally {
      // The services per request may have changed.
      this.rebuild();
    }
    return this;
  }

  async ready(): Promise<this> {
    this.assertOpen('make ready');
    await this.#startup.ready();
    return this;
  }

  readonly fetch = async (request: Request, info?: FetchInfo): Promise<Response> =>
    this.#inProcess.fetch(request, this.prepare(), info);

  async close(options: CloseOptions = {}): Promise<void> {
    if (typeof BLAIZE_WITHOUT_CLOSE !== 'undefined') return none();
    const { timeout = 0 } = options;
    if (!Number.isFinite(timeout) || timeout < 0) {
      throw new RangeError(`close(): timeout is a number of milliseconds, not ${String(timeout)}.`);
    }
    await this.stop(options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal As {@link BlaizeApp.close}; resolves with whether everything stopped in time. */
  stop(options: CloseOptions = {}): Promise<boolean> {
    if (typeof BLAIZE_WITHOUT_CLOSE !== 'undefined') return none();
    return (this.#closing ??= this.stopParts(options, { sources: [], apps: [], name: undefined }));
  }

  /** @internal */
  observeSteps(observe: ObserveStep): void {
    this.#observe = observe;
    this.#additions.note(() => (this.#observe = undefined));
    this.rebuild();
  }

  /** @internal What a request in process waits for. */
  async prepare(): Promise<unknown> {
    await this.ready();
    return this.startPlugins();
  }

  /** @internal Starts plugins that are not started yet. */
  startPlugins(): Promise<void> {
    return this.#startup.start();
  }

  /** @internal Records how to remove something, if a plugin is adding it. */
  noteAddition(undo: () => void): void {
    this.#additions.note(undo);
  }

  /** @internal Tells streams to end. */
  tellDraining(): Promise<void> {
    if (typeof BLAIZE_WITHOUT_CLOSE !== 'undefined') return none();
    if (!this.#draining) {
      this.#draining = this.events.notify('draining');
      this.#drained.abort();
      this.#handler.endEventStreams();
    }
    return this.#draining;
  }

  /**
   * @internal Stops all parts, in order.
   *
   * @param own what a server adds: its sockets, the apps that it serves on them, and its name in the log
   */
  async stopParts(
    options: CloseOptions,
    own: {
      readonly sources: readonly Drainable[];
      readonly apps: readonly BlaizeApp[];
      readonly name: string | undefined;
    },
  ): Promise<boolean> {
    if (typeof BLAIZE_WITHOUT_CLOSE !== 'undefined') return none();
    const { events, log } = this;
    const { drainDelay: delay } = this.#options;
    const timeout = Math.min(options.timeout ?? this.#options.shutdownTimeout, MAX_TIMER);
    if (delay > 0 || events.listenerCount('closing') > 0) await announceStop(this, { delay, timeout });
    const begun = performance.now();
    // A start in progress ends first, unless that takes too long.
    if (!this.#startup.isReady) await within(timeout / 2, this.#startup.settled());
    this.#isClosed = true;
    const watching = this.router.close();
    const stopped = await shutDown(
      {
        sources: [...own.sources, this.#inProcess, this.#background],
        tellDraining: () => Promise.all([this, ...own.apps].map((app) => app.tellDraining())),
        plugins: this.#plugins,
        settingUp: this.#startup.settingUp,
        events,
        log,
        name: own.name,
      },
      { ...options, timeout: Math.max(0, timeout - (performance.now() - begun)) },
    );
    await watching;
    return stopped;
  }

  /** @internal Undoes a failed start: stops plugins, and removes what they added. */
  undoStart(): Promise<void> {
    return this.#startup.undo();
  }

  /** @internal From now on nothing can be added. */
  markClosed(): void {
    this.#isClosed = true;
  }

  /** @internal Rebuilds the table, if the app is ready. */
  rebuild(): void {
    // Until then nothing is served, and each added route would rebuild the table.
    if (this.#startup.isReady) this.#handler.table = this.#makeTable();
  }

  /** @internal @throws ServerStateError if it is closed */
  assertOpen(what: string): void {
    if (!this.#isClosed) return;
    throw new ServerStateError(`Can't ${what}: ${this.#describe()} was closed. Create a new one.`);
  }

  #showBroken(problems: readonly string[]): void {
    this.#reloadNotice = problems.length === 0 ? undefined : this.#surroundings.reloadNotice?.(problems);
    this.rebuild();
  }

  #describe(): string {
    return this.#surroundings.folder ? 'the server' : 'the app';
  }

  async #loadRoutes(): Promise<void> {
    const directory = this.#surroundings.folder?.directory ?? false;
    if (directory !== false) await this.router.addRouteDirectory(directory);
  }

  #makeTable(): AppTable {
    return new AppTable(this.router, this.#mounts, this.#middleware, {
      bodyLimit: this.#options.bodyLimit,
      bodyReaders: this.#bodyReaders,
      decompressRequests: this.#options.decompressRequests,
      earlyHints: this.#options.earlyHints,
      trustProxy: this.#surroundings.trustProxy,
      services: this.#plugins.services,
      perRequest: this.#plugins.perRequest,
      log: this.log,
      waitUntil: this.#background.add,
      draining: this.#drained.signal,
      validateResponses: this.#options.validateResponses,
      innermost: this.#reloadNotice,
      observe: this.#observe,
      watchNext: !this.#surroundings.production,
    });
  }
}

function removeFrom<T>(list: T[], gone: readonly T[]): void {
  for (const item of gone) {
    const index = list.indexOf(item);
    if (index !== -1) list.splice(index, 1);
  }
}
