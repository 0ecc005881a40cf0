import { BlaizeApp, type Handle, within } from '@blaizejs/app/internal';
import { ListenError, ServerStateError } from '@blaizejs/errors';
import type {
  App,
  CloseOptions,
  EndpointAddress,
  EndpointOptions,
  ListenOptions,
  Server,
  ServerState,
  TlsUpdate,
} from '@blaizejs/types';

import { type AdapterSettings, DRAIN_GRACE } from './adapters/adapter.ts';
import { Credentials } from './credentials.ts';
import { createDefaultLogger } from './default-logger.ts';
import { developmentTools, loadDevelopmentTools } from './development-tools.ts';
import { Endpoint } from './endpoint.ts';
import { LIMIT_NAMES } from './limits.ts';
import { checkEndpoint, resolveOptions, type ResolvedOptions } from './options.ts';
import { compileTrustProxy } from './proxies/forwarded.ts';
import { redirectTo } from './redirect.ts';
import { stopOnSignals } from './signals.ts';
import { announceStart, ownVersion, reachableAt, type StartReport } from './start-report.ts';

/** A server: an app with sockets, and the order in which they come up and go down. */
export class BlaizeServer extends BlaizeApp implements Server {
  readonly #options: ResolvedOptions;
  readonly #production: boolean;
  readonly #credentials: Credentials | undefined;
  /** The server's own comes first. */
  #endpoints: Endpoint[];
  /** Apps that endpoints have for themselves. */
  readonly #apps = new Set<App>();
  #state: ServerState = 'new';
  #listening: Promise<this> | undefined;
  #closing: Promise<boolean> | undefined;
  #forgetSignals: (() => void) | undefined;

  constructor(options: ResolvedOptions) {
    const production = (options.mode ?? process.env.NODE_ENV) === 'production';
    const trustProxy = compileTrustProxy(options.trustProxy);
    super(options, {
      production,
      createLogger: () => createDefaultLogger(production),
      limitNames: LIMIT_NAMES,
      folder: {
        directory: options.routesDir,
        watch: options.watch ?? !production,
        open: async (routes, settings) => {
          const { RouteFiles } = await import('@blaizejs/router/files');
          return new RouteFiles(routes, settings);
        },
      },
      ...(trustProxy && { trustProxy }),
      ...(!production && {
        loadTools: loadDevelopmentTools,
        pageFor: (ctx, problem, error) => developmentTools()?.pageFor(ctx, problem, error),
      }),
    });
    this.#options = options;
    this.#production = production;
    const { tls = options.http2.enabled ? {} : false, http2, host } = options;
    // The specification has them there.
    const { keyFile, certFile } = http2;
    const files = keyFile === undefined ? {} : { keyFile, certFile };
    this.#credentials = tls === false ? undefined : new Credentials({ ...files, ...tls }, host, production);
    this.#endpoints = this.#makeEndpoints();
  }

  get state(): ServerState {
    return this.#state;
  }

  get port(): number {
    return this.#main.port ?? this.#options.port;
  }

  get host(): string {
    return this.#main.host ?? this.#options.host;
  }

  get url(): string {
    return this.#main.url;
  }

  get server(): Server['server'] {
    return this.#main.server;
  }

  get addresses(): readonly EndpointAddress[] {
    return this.#endpoints.filter(({ isBound }) => isBound).map(({ address }) => address);
  }

  listen(port?: number, host?: string): Promise<this>;
  listen(options: ListenOptions): Promise<this>;
  listen(first: number | ListenOptions | undefined, host?: string): Promise<this> {
    if (this.#state !== 'new') return Promise.reject(this.#stateError('listen'));
    const given = typeof first === 'object' ? first : { port: first, host };
    this.#state = 'starting';
    return (this.#listening = this.#start(given));
  }

  async addEndpoint(endpoint: EndpointOptions): Promise<this> {
    this.assertOpen('add an endpoint');
    const added = this.#makeEndpoint(checkEndpoint(endpoint));
    if (this.#state === 'listening') await this.#open(added);
    this.#endpoints.push(added);
    return this;
  }

  async updateTls(update: TlsUpdate): Promise<void> {
    if (!this.#credentials)
      throw new ServerStateError("Can't update TLS: the server speaks cleartext HTTP/1.1.");
    await this.#credentials.update(update);
  }

  override stop(options: CloseOptions = {}): Promise<boolean> {
    return (this.#closing ??= this.#stop(options));
  }

  // Plugins start with the socket.
  override prepare(): Promise<unknown> {
    return this.ready();
  }

  override assertOpen(what: string): void {
    if (this.#state === 'closed') throw this.#stateError(what);
    super.assertOpen(what);
  }

  get #main(): Endpoint {
    return this.#endpoints[0] as Endpoint;
  }

  async #start(given: ListenOptions): Promise<this> {
    const begun = performance.now();
    if (this.#options.handleSignals) this.#forgetSignals = stopOnSignals(this);
    try {
      const where = this.#resolve(given);
      for (const endpoint of this.#endpoints) await endpoint.secure();
      await Promise.all([this.ready(), ...[...this.#apps].map((app) => app.ready())]);
      this.#assertStarting();
      for (const endpoint of this.#endpoints) {
        await endpoint.bind(endpoint === this.#main ? where : endpoint.address, this.#report);
      }
      await this.startPlugins();
      this.#assertStarting();
    } catch (error) {
      const abandoning = this.#abandon(error);
      // Whoever closes it meanwhile waits for this start to end.
      if (!(error instanceof ListenError)) this.#closing ??= abandoning;
      await abandoning;
      throw error;
    }
    this.#state = 'listening';
    given.signal?.addEventListener('abort', () => void this.stop(), { once: true });
    this.#announce(Math.round(performance.now() - begun));
    await this.events.notify('started');
    if (given.signal?.aborted) void this.stop();
    return this;
  }

  /** @throws ConfigurationError for a port or host that is none */
  #resolve({ signal, ...given }: ListenOptions): ListenOptions {
    signal?.throwIfAborted();
    const { port, host } = resolveOptions({
      routesDir: false,
      port: given.port ?? this.#options.port,
      host: given.host ?? this.#options.host,
    });
    return { ...given, port, host };
  }

  async #open(endpoint: Endpoint): Promise<void> {
    await endpoint.secure();
    await Promise.all([...this.#apps].map((app) => app.ready()));
    await endpoint.bind(endpoint.address, this.#report);
  }

  readonly #report = (error: Error): void => this.events.report(error);

  #makeEndpoints(): Endpoint[] {
    const { port, host, endpoints } = this.#options;
    return [this.#makeEndpoint({ port, host }), ...endpoints.map((endpoint) => this.#makeEndpoint(endpoint))];
  }

  #makeEndpoint({ port, host = this.#options.host, tls, app, redirect }: EndpointOptions): Endpoint {
    if (app) this.#apps.add(app);
    const own = app as BlaizeApp | undefined;
    const handle: Handle = redirect ? redirectTo(() => this.#secureUrl) : (own?.handle ?? this.handle);
    const settings: Omit<AdapterSettings, 'tls' | 'http2'> = {
      handle,
      limits: this.#options.limits,
      hits: this.hits,
      // Restarts must lose nothing; whoever develops waits for them.
      idleGrace: this.#production ? 500 : DRAIN_GRACE,
      takesTunnel: (...request) => (own ?? this).table.takesTunnel(...request),
    };
    const isOpen = tls === false || (redirect && tls === undefined);
    const credentials = isOpen
      ? undefined
      : tls
        ? new Credentials(tls, host, this.#production)
        : this.#credentials;
    return new Endpoint({ port, host }, settings, credentials, this.#options.http2.enabled);
  }

  /** Where a redirect leads. */
  get #secureUrl(): string {
    return (this.#endpoints.find(({ scheme }) => scheme === 'https') ?? this.#main).url;
  }

  #announce(milliseconds: number): void {
    const { routesDir, watch, logger } = this.#options;
    if (logger === false) return;
    const { scheme, protocols, host, boundTo = this.host } = this.#main;
    const report: StartReport = {
      name: 'BlaizeJS',
      version: ownVersion(),
      urls:
        host === undefined
          ? { local: [this.url], network: [] }
          : reachableAt({ scheme, host, address: boundTo, port: this.port }),
      protocols,
      routes: this.router.routes.length,
      milliseconds,
      reload: routesDir !== false && (watch ?? !this.#production),
    };
    announceStart(report, this.url, this.log, this.#production || logger !== undefined);
  }

  async #stop(options: CloseOptions): Promise<boolean> {
    if (this.#state === 'starting') {
      const timeout = options.timeout ?? this.#options.shutdownTimeout;
      await within(timeout / 2, Promise.allSettled([this.#listening]));
    }
    // A start that failed has undone itself.
    if (this.#state === 'closed') return false;
    const name = this.#main.isBound ? 'Server' : undefined;
    this.#state = 'closing';
    const stopped = await this.stopParts(options, { sources: this.#endpoints, name });
    await Promise.all([...this.#apps].map((app) => app.close(options)));
    this.#state = 'closed';
    this.#forgetSignals?.();
    return stopped;
  }

  /** Undoes a start that failed. After a port that it did not get, it may try again; after anything else it is closed. */
  async #abandon(error: unknown): Promise<boolean> {
    const again = error instanceof ListenError;
    if (!again) {
      this.#state = 'closed';
      this.markClosed();
    }
    const anyBound = this.#endpoints.some(({ isBound }) => isBound);
    if (anyBound || !again) for (const endpoint of this.#endpoints) endpoint.destroy();
    if (anyBound && again) this.#endpoints = this.#makeEndpoints();
    await this.undoStart();
    this.#forgetSignals?.();
    if (again) this.#state = 'new';
    return false;
  }

  #assertStarting(): void {
    if (this.#state !== 'starting') throw this.#stateError('listen');
  }

  #stateError(what: string): ServerStateError {
    const why = {
      new: 'is new',
      starting: 'is starting already',
      listening: `is listening on ${this.url} already`,
      closing: 'is closing',
      closed: 'was closed; make a new one with createServer()',
    }[this.#state];
    return new ServerStateError(`Can't ${what}: the server ${why}.`);
  }
}
