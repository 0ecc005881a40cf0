import { channel } from 'node:diagnostics_channel';

import { BlaizeApp, within } from '@blaizejs/app/internal';
import { ListenError, ServerStateError } from '@blaizejs/errors';
import type {
  CloseOptions,
  EndpointAddress,
  EndpointOptions,
  ListenOptions,
  LogLevel,
  Server,
  ServerState,
  ServerStatistics,
  TlsUpdate,
} from '@blaizejs/types';

import { createDefaultLog, type DefaultLog } from './default-logger.ts';
import { developmentTools, loadDevelopmentTools } from './development-tools.ts';
import { Endpoints } from './endpoints.ts';
import { LIMIT_NAMES } from './limits.ts';
import { LogControl } from './logs/log-control.ts';
import { LogSettings } from './logs/log-options.ts';
import { checkEndpoint, resolveOptions, type ResolvedOptions } from './options.ts';
import { compileTrustProxy } from './proxies/forwarded.ts';
import { stopOnSignals } from './signals.ts';
import { prepareStartFailure } from './start-failure.ts';
import { announceStart, ownVersion, reachableAt, type StartReport } from './start-report.ts';

// For those who watch all servers of a process: a worker of a cluster is ready when they listen.
const stateChannel = channel('blaizejs.server');

/** A server: an app with sockets, which it starts and stops in order. */
export class BlaizeServer extends BlaizeApp implements Server {
  readonly #options: ResolvedOptions;
  readonly #production: boolean;
  readonly #endpoints: Endpoints;
  readonly #logs: LogControl;
  #state: ServerState = 'new';
  #listening: Promise<this> | undefined;
  #closing: Promise<boolean> | undefined;
  #forgetSignals: (() => void) | undefined;
  #forgetAbort: (() => void) | undefined;

  constructor(options: ResolvedOptions) {
    const production = (options.mode ?? process.env.NODE_ENV) === 'production';
    const trustProxy = compileTrustProxy(options.trustProxy);
    const logger = options.logger instanceof LogSettings ? undefined : options.logger;
    const settings = options.logger instanceof LogSettings ? options.logger.options : undefined;
    let defaultLog: DefaultLog | undefined;
    super(
      { ...options, logger },
      {
        production,
        createLogger: () => (defaultLog = createDefaultLog(production, settings)).logger,
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
      },
    );
    this.#options = options;
    this.#production = production;
    this.#logs = new LogControl(this.log, defaultLog, logger);
    this.#endpoints = new Endpoints(this, options, production);
  }

  get state(): ServerState {
    return this.#state;
  }

  get port(): number {
    return this.#endpoints.main.port ?? this.#options.port;
  }

  get host(): string {
    return this.#endpoints.main.host ?? this.#options.host;
  }

  get url(): string {
    return this.#endpoints.main.url;
  }

  get server(): Server['server'] {
    return this.#endpoints.main.server;
  }

  get addresses(): readonly EndpointAddress[] {
    return this.#endpoints.addresses;
  }

  get statistics(): ServerStatistics {
    return this.#endpoints.statistics;
  }

  get logLevel(): LogLevel | undefined {
    return this.#logs.level;
  }

  setLogLevel(level: LogLevel, options?: { readonly for?: number | undefined }): void {
    this.#logs.set(level, options);
  }

  listen(port?: number, host?: string): Promise<this>;
  listen(options: ListenOptions): Promise<this>;
  listen(first: number | ListenOptions | undefined, host?: string): Promise<this> {
    if (this.#state !== 'new') return Promise.reject(this.#stateError('listen'));
    const given = typeof first === 'object' ? first : { port: first, host };
    this.#enter('starting');
    return (this.#listening = this.#start(given));
  }

  async addEndpoint(endpoint: EndpointOptions): Promise<this> {
    this.assertOpen('add an endpoint');
    if (this.#state === 'closing') throw this.#stateError('add an endpoint');
    const added = this.#endpoints.add(checkEndpoint(endpoint));
    this.noteAddition(() => this.#endpoints.remove(added));
    // A starting server will open all of its endpoints.
    if (this.#state !== 'listening') return this;
    try {
      await this.#endpoints.open(added, this.#assertOpening);
      this.#endpoints.listening();
    } catch (error) {
      this.#endpoints.remove(added);
      added.destroy();
      throw error;
    }
    return this;
  }

  async updateTls(update: TlsUpdate): Promise<void> {
    const { credentials } = this.#endpoints;
    if (!credentials) throw new ServerStateError("Can't update TLS: the server speaks cleartext.");
    await credentials.update(update);
  }

  override stop(options: CloseOptions = {}): Promise<boolean> {
    return (this.#closing ??= this.#stop(options));
  }

  // Plugins start when the server listens.
  override async prepare(): Promise<unknown> {
    // Not one after the other: a stop that begins now waits for what has begun.
    return Promise.all([this.ready(), this.#logs.open()]);
  }

  override assertOpen(what: string): void {
    if (this.#state === 'closed') throw this.#stateError(what);
    super.assertOpen(what);
  }

  async #start(given: ListenOptions): Promise<this> {
    const begun = performance.now();
    const stop = (): void => void this.stop();
    if (this.#options.handleSignals) {
      const forgetStop = stopOnSignals(this);
      const forgetLevel = this.#logs.onSignal();
      this.#forgetSignals = () => {
        forgetStop();
        forgetLevel();
      };
    }
    given.signal?.addEventListener('abort', stop, { once: true });
    this.#forgetAbort = () => given.signal?.removeEventListener('abort', stop);
    try {
      const where = this.#resolve(given);
      await this.#logs.open();
      await this.#endpoints.secure();
      await this.ready();
      this.#assertStarting();
      await this.#endpoints.openAll(where, this.#assertOpening);
      await this.startPlugins();
      // Plugins may have added endpoints.
      await this.#endpoints.openAll(where, this.#assertOpening);
      this.#assertStarting();
    } catch (error) {
      const abandoning = this.#abandon(error);
      // A `close()` in the meantime waits for this.
      if (!(error instanceof ListenError)) this.#closing ??= abandoning;
      await abandoning;
      await prepareStartFailure(error);
      throw error;
    }
    this.#enter('listening');
    this.#endpoints.listening();
    this.#announce(Math.round(performance.now() - begun));
    await this.events.notify('started');
    return this;
  }

  /** @throws ConfigurationError for an invalid port or host */
  #resolve({ signal, ...given }: ListenOptions): ListenOptions {
    signal?.throwIfAborted();
    const { port, host } = resolveOptions({
      routesDir: false,
      port: given.port ?? this.#options.port,
      host: given.host ?? this.#options.host,
    });
    return { ...given, port, host };
  }

  #announce(milliseconds: number): void {
    const { routesDir, watch, logger } = this.#options;
    if (logger === false) return;
    const { scheme, protocols, host, boundTo = this.host } = this.#endpoints.main;
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
    announceStart(
      report,
      this.url,
      this.log,
      this.#production || (logger !== undefined && !(logger instanceof LogSettings)),
    );
  }

  async #stop(options: CloseOptions): Promise<boolean> {
    const { timeout = this.#options.shutdownTimeout } = options;
    const begun = performance.now();
    if (this.#state === 'starting') await within(timeout / 2, Promise.allSettled([this.#listening]));
    // A failed start undoes itself.
    if (this.#state === 'closed') return false;
    const name = this.#endpoints.main.isBound ? 'Server' : undefined;
    this.#enter('closing');
    const { all: sources, apps } = this.#endpoints;
    const inTime: boolean[] = [];
    const stopped = await this.stopParts(
      {
        ...options,
        timeout: Math.max(0, timeout - (performance.now() - begun)),
        // By then, their requests are over.
        onStopping: async () => {
          const closing = apps.map(async (app) => inTime.push(await app.stop({ timeout })));
          await Promise.all([options.onStopping?.(), ...closing]);
        },
      },
      { sources, apps, name },
    );
    this.#enter('closed');
    this.#forgetSignals?.();
    this.#forgetAbort?.();
    this.#logs.close();
    return stopped && inTime.every(Boolean);
  }

  /** Undoes a failed start. A server that could not bind its port may listen again; after any other failure it is closed. */
  async #abandon(error: unknown): Promise<boolean> {
    const again = error instanceof ListenError;
    if (!again) {
      this.#enter('closed');
      this.markClosed();
    }
    const isUsed = this.#endpoints.all.some(({ isBound }) => isBound);
    if (isUsed || !again) this.#endpoints.destroy();
    await this.undoStart();
    if (!again) await Promise.all(this.#endpoints.apps.map((app) => app.close()));
    // By now, undoStart() has removed what plugins added.
    else if (isUsed) this.#endpoints.recreate();
    this.#forgetSignals?.();
    this.#forgetAbort?.();
    if (again) this.#enter('new');
    else this.#logs.close();
    return false;
  }

  readonly #assertOpening = (): void => {
    if (this.#state !== 'starting' && this.#state !== 'listening') throw this.#stateError('add an endpoint');
  };

  #assertStarting(): void {
    if (this.#state !== 'starting') throw this.#stateError('listen');
  }

  #enter(state: ServerState): void {
    this.#state = state;
    stateChannel.publish({ server: this, state });
  }

  #stateError(what: string): ServerStateError {
    const why = {
      new: 'is new',
      starting: 'is already starting',
      listening: `is already listening on ${this.url}`,
      closing: 'is closing',
      closed: 'was closed; create a new one with createServer()',
    }[this.#state];
    return new ServerStateError(`Can't ${what}: the server ${why}.`);
  }
}
