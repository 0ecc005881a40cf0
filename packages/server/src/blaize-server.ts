import { BlaizeApp, type Handle, within } from '@blaizejs/app/internal';
import { ListenError, ServerStateError } from '@blaizejs/errors';
import type {
  CloseOptions,
  EndpointAddress,
  EndpointOptions,
  ListenOptions,
  Server,
  ServerState,
  TlsUpdate,
} from '@blaizejs/types';

import { type AdapterSettings, DRAIN_GRACE } from './adapters/adapter.ts';
import type { Cleartext } from './adapters/cleartext.ts';
import { Credentials } from './credentials.ts';
import { createDefaultLogger } from './default-logger.ts';
import { developmentTools, loadDevelopmentTools } from './development-tools.ts';
import { Endpoint } from './endpoint.ts';
import { LIMIT_NAMES } from './limits.ts';
import { checkEndpoint, resolveOptions, type ResolvedOptions } from './options.ts';
import { compileTrustProxy } from './proxies/forwarded.ts';
import { redirectTo } from './redirect.ts';
import { stopOnSignals } from './signals.ts';
import { prepareStartFailure } from './start-failure.ts';
import { announceStart, ownVersion, reachableAt, type StartReport } from './start-report.ts';
import { TokenBucket } from './token-bucket.ts';

/** A server: an app with sockets, and the order in which they come up and go down. */
export class BlaizeServer extends BlaizeApp implements Server {
  readonly #options: ResolvedOptions;
  readonly #production: boolean;
  readonly #cleartextLines = new TokenBucket(1, 1 / 60);
  readonly #credentials: Credentials | undefined;
  /** The server's own comes first. */
  #endpoints: Endpoint[];
  #state: ServerState = 'new';
  #listening: Promise<this> | undefined;
  #closing: Promise<boolean> | undefined;
  #forgetSignals: (() => void) | undefined;
  #forgetAbort: (() => void) | undefined;

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
        reloadNotice: (problems) => developmentTools()?.reloadNotice(problems),
      }),
    });
    this.#options = options;
    this.#production = production;
    const { tls = options.http2.enabled ? {} : false, http2, host } = options;
    // The specification has them there.
    const { keyFile, certFile } = http2;
    const files = keyFile === undefined ? {} : { keyFile, certFile };
    this.#credentials = tls === false ? undefined : new Credentials({ ...files, ...tls }, host, production);
    const { port, endpoints } = options;
    this.#endpoints = [{ port, host }, ...endpoints].map((endpoint) => this.#makeEndpoint(endpoint));
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
    const bound = this.#endpoints.filter(({ isBound }) => isBound);
    return [
      ...bound.map(({ address }) => address),
      ...bound.flatMap((endpoint) => endpoint.secondAddress ?? []),
    ];
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
    if (this.#state === 'closing') throw this.#stateError('add an endpoint');
    const added = this.#makeEndpoint(checkEndpoint(endpoint));
    const remove = (): void => {
      this.#endpoints = this.#endpoints.filter((other) => other !== added);
    };
    this.#endpoints.push(added);
    this.noteAddition(remove);
    // One that is starting opens all that it has in the end.
    if (this.#state !== 'listening') return this;
    try {
      await this.#open(added, added.place);
    } catch (error) {
      remove();
      added.destroy();
      throw error;
    }
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

  /** Those that endpoints have for themselves. */
  get #apps(): readonly BlaizeApp[] {
    return [...new Set(this.#endpoints.flatMap(({ options }) => options.app ?? []))] as BlaizeApp[];
  }

  get #main(): Endpoint {
    return this.#endpoints[0] as Endpoint;
  }

  async #start(given: ListenOptions): Promise<this> {
    const begun = performance.now();
    const stop = (): void => void this.stop();
    if (this.#options.handleSignals) this.#forgetSignals = stopOnSignals(this);
    given.signal?.addEventListener('abort', stop, { once: true });
    this.#forgetAbort = () => given.signal?.removeEventListener('abort', stop);
    try {
      const where = this.#resolve(given);
      for (const endpoint of this.#endpoints) await endpoint.secure();
      await this.ready();
      this.#assertStarting();
      await this.#openAll(where);
      await this.startPlugins();
      // Plugins may have added some.
      await this.#openAll(where);
      this.#assertStarting();
    } catch (error) {
      const abandoning = this.#abandon(error);
      // Whoever closes it meanwhile waits for this start to end.
      if (!(error instanceof ListenError)) this.#closing ??= abandoning;
      await abandoning;
      await prepareStartFailure(error);
      throw error;
    }
    this.#state = 'listening';
    this.#announce(Math.round(performance.now() - begun));
    await this.events.notify('started');
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

  async #openAll(main: ListenOptions): Promise<void> {
    // By index: there may be more of them by then.
    for (let i = 0; i < this.#endpoints.length; i++) {
      const endpoint = this.#endpoints[i] as Endpoint;
      if (!endpoint.isBound) await this.#open(endpoint, endpoint === this.#main ? main : endpoint.place);
    }
  }

  async #open(endpoint: Endpoint, where: ListenOptions): Promise<void> {
    await endpoint.secure();
    await endpoint.options.app?.ready();
    // It may be stopping by now, with all the endpoints that it knew.
    if (this.#state !== 'starting' && this.#state !== 'listening') throw this.#stateError('add an endpoint');
    await endpoint.bind(where, this.#report);
  }

  readonly #report = (error: Error): void => this.events.report(error);

  #makeEndpoint(options: EndpointOptions): Endpoint {
    const { host = this.#options.host, tls, app, redirect } = options;
    const own = app as BlaizeApp | undefined;
    const handle: Handle = redirect ? redirectTo(() => this.#secureUrl) : (own?.handle ?? this.handle);
    const settings: Omit<AdapterSettings, 'tls' | 'http2'> = {
      handle,
      limits: this.#options.limits,
      hits: this.hits,
      // Restarts must lose nothing; whoever develops waits for them.
      idleGrace: this.#production ? 500 : DRAIN_GRACE,
      redirectsCleartext: !this.#production,
      onCleartext: (seen) => this.#noteCleartext(seen),
      takesTunnel: (...request) => (own ?? this).table.takesTunnel(...request),
    };
    const isOpen = tls === false || (redirect && tls === undefined);
    const credentials = isOpen
      ? undefined
      : tls
        ? new Credentials(tls, host, this.#production)
        : this.#credentials;
    return new Endpoint({ ...options, host }, settings, credentials, this.#options.http2.enabled);
  }

  /** Says so once a minute at the most: each connection of an attacker would make a line. */
  #noteCleartext({ answer, remoteAddress }: Cleartext): void {
    if (!this.#cleartextLines.take()) return;
    const count = this.limitHits.tls;
    this.log.warn(
      { remoteAddress, answer, count },
      `A client spoke cleartext HTTP to a port that speaks TLS. Use https:// there, or set tls to false. Seen ${count} times.`,
    );
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
    const { timeout = this.#options.shutdownTimeout } = options;
    const begun = performance.now();
    if (this.#state === 'starting') await within(timeout / 2, Promise.allSettled([this.#listening]));
    // A start that failed has undone itself.
    if (this.#state === 'closed') return false;
    const name = this.#main.isBound ? 'Server' : undefined;
    this.#state = 'closing';
    const apps = this.#apps;
    const inTime: boolean[] = [];
    const stopped = await this.stopParts(
      {
        ...options,
        timeout: Math.max(0, timeout - (performance.now() - begun)),
        // By then, requests to them are over.
        onStopping: async () => {
          const closing = apps.map(async (app) => inTime.push(await app.stop({ timeout })));
          await Promise.all([options.onStopping?.(), ...closing]);
        },
      },
      { sources: this.#endpoints, apps, name },
    );
    this.#state = 'closed';
    this.#forgetSignals?.();
    this.#forgetAbort?.();
    return stopped && inTime.every(Boolean);
  }

  /** Undoes a start that failed. After a port that it did not get, it may try again; after anything else it is closed. */
  async #abandon(error: unknown): Promise<boolean> {
    const again = error instanceof ListenError;
    if (!again) {
      this.#state = 'closed';
      this.markClosed();
    }
    const isUsed = this.#endpoints.some(({ isBound }) => isBound);
    if (isUsed || !again) for (const endpoint of this.#endpoints) endpoint.destroy();
    await this.undoStart();
    if (!again) await Promise.all(this.#apps.map((app) => app.close()));
    // Those that plugins have added are gone by now.
    else if (isUsed) this.#endpoints = this.#endpoints.map(({ options }) => this.#makeEndpoint(options));
    this.#forgetSignals?.();
    this.#forgetAbort?.();
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
