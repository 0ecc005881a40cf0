import type { BlaizeApp, Handle } from '@blaizejs/app/internal';
import type { EndpointAddress, EndpointOptions, ListenOptions, ServerStatistics } from '@blaizejs/types';

import { answerChallenges, usesAcme } from './acme.ts';
import { type AdapterSettings, DRAIN_GRACE } from './adapters/adapter.ts';
import type { Cleartext } from './adapters/cleartext.ts';
import { Credentials } from './credentials.ts';
import { Endpoint } from './endpoint.ts';
import type { ResolvedOptions } from './options.ts';
import { redirectTo } from './redirect.ts';
import { TokenBucket } from './token-bucket.ts';
import { Traffic } from './traffic.ts';

/** The sockets of a server: the one that it was created with, and any others. */
export class Endpoints {
  /** The certificates of endpoints without their own `tls`; undefined if the server speaks cleartext. */
  readonly credentials: Credentials | undefined;
  readonly #app: BlaizeApp;
  readonly #options: ResolvedOptions;
  readonly #production: boolean;
  readonly #traffic = new Traffic();
  readonly #cleartextLines = new TokenBucket(1, 1 / 60);
  #all: Endpoint[];

  /** @param app served by endpoints without their own app */
  constructor(app: BlaizeApp, options: ResolvedOptions, production: boolean) {
    this.#app = app;
    this.#options = options;
    this.#production = production;
    const { tls = options.http2.enabled ? {} : false, http2, host, port } = options;
    // The files may also be named in `http2`.
    const { keyFile, certFile } = http2;
    const files = keyFile === undefined ? {} : { keyFile, certFile };
    this.credentials =
      tls === false ? undefined : new Credentials({ ...files, ...tls }, host, production, () => app.log);
    this.#all = [{ port, host }, ...options.endpoints].map((endpoint) => this.#create(endpoint));
  }

  /** All endpoints, the main one first. */
  get all(): readonly Endpoint[] {
    return this.#all;
  }

  get main(): Endpoint {
    return this.#all[0] as Endpoint;
  }

  /** The apps that only some endpoints serve. */
  get apps(): readonly BlaizeApp[] {
    return [...new Set(this.#all.flatMap(({ options }) => options.app ?? []))] as BlaizeApp[];
  }

  /** Where the server listens: one address per endpoint, then the second address of each `localhost`. */
  get addresses(): readonly EndpointAddress[] {
    const bound = this.#all.filter(({ isBound }) => isBound);
    return [
      ...bound.map(({ address }) => address),
      ...bound.flatMap((endpoint) => endpoint.secondAddress ?? []),
    ];
  }

  get statistics(): ServerStatistics {
    const open = { connections: 0, sessions: 0, streams: 0, stalledStreams: 0, handshakes: 0 };
    for (const endpoint of this.#all) {
      const stats = endpoint.stats();
      for (const name of Object.keys(open) as (keyof typeof open)[]) open[name] += stats[name];
    }
    const credentials = new Set(this.#all.flatMap((endpoint) => endpoint.credentials ?? []));
    const certificates = [...credentials].flatMap((each) => each.certificates);
    const certificateReloads = { succeeded: 0, failed: 0 };
    for (const { reloads } of credentials) {
      certificateReloads.succeeded += reloads.succeeded;
      certificateReloads.failed += reloads.failed;
    }
    return { ...open, certificates, certificateReloads, totals: this.#traffic.totals() };
  }

  add(options: EndpointOptions): Endpoint {
    const added = this.#create(options);
    this.#all.push(added);
    return added;
  }

  remove(endpoint: Endpoint): void {
    this.#all = this.#all.filter((other) => other !== endpoint);
  }

  /** Loads every certificate. @throws CertificateError */
  async secure(): Promise<void> {
    for (const endpoint of this.#all) await endpoint.secure();
  }

  /**
   * Binds each endpoint that is not bound yet.
   *
   * @param main where to bind the main one
   * @param assertOpen throws if the server has been stopped
   */
  async openAll(main: ListenOptions, assertOpen: () => void): Promise<void> {
    // By index, since endpoints may be added in the meantime.
    for (let i = 0; i < this.#all.length; i++) {
      const endpoint = this.#all[i] as Endpoint;
      if (endpoint.isBound) continue;
      await this.open(endpoint, assertOpen, endpoint === this.main ? main : endpoint.place);
    }
  }

  /** Lets sources of certificates begin, now that all sockets are bound. */
  listening(): void {
    for (const { credentials } of this.#all) credentials?.listening();
  }

  /** Loads the certificate of an endpoint, prepares its app, and binds it. @throws ListenError */
  async open(
    endpoint: Endpoint,
    assertOpen: () => void,
    where: ListenOptions = endpoint.place,
  ): Promise<void> {
    await endpoint.secure();
    await endpoint.options.app?.ready();
    // A shutdown closes only the endpoints that are bound when it begins.
    assertOpen();
    await endpoint.bind(where, (error) => this.#app.events.report(error));
  }

  destroy(): void {
    for (const endpoint of this.#all) endpoint.destroy();
  }

  /** Replaces destroyed endpoints with new ones, so that the server can listen again. */
  recreate(): void {
    this.#all = this.#all.map(({ options }) => this.#create(options));
  }

  #create(options: EndpointOptions): Endpoint {
    const { host = this.#options.host, tls, redirect } = options;
    const app = (options.app as BlaizeApp | undefined) ?? this.#app;
    const settings: Omit<AdapterSettings, 'tls' | 'http2'> = {
      handle: redirect ? this.#redirect() : this.#proves(options) ? this.#prove(app) : this.#handleOf(app),
      limits: this.#options.limits,
      hits: this.#app.hits,
      traffic: this.#traffic,
      // Restarts must lose no request, but developers wait for them.
      idleGrace: this.#production ? 500 : DRAIN_GRACE,
      redirectsCleartext: !this.#production,
      onCleartext: (seen) => this.#noteCleartext(seen),
      takesTunnel: (...request) => app.table.takesTunnel(...request),
    };
    const isCleartext = tls === false || (redirect && tls === undefined);
    const credentials = isCleartext
      ? undefined
      : tls
        ? new Credentials(tls, host, this.#production, () => this.#app.log)
        : this.credentials;
    return new Endpoint({ ...options, host }, settings, credentials, this.#options.http2.enabled);
  }

  /**
   * An endpoint's own app counts what it refuses itself. Refusals by the socket count for the server, whose limits apply.
   */
  #handleOf(app: BlaizeApp): Handle {
    if (app === this.#app) return app.handle;
    const { hits } = this.#app;
    return (exchange, refusal) => {
      if (refusal?.limit !== undefined) hits.hit(refusal.limit);
      return app.handle(exchange, refusal);
    };
  }

  /** Logs at most one line a minute: an attacker could cause one with each connection. */
  #noteCleartext({ answer, remoteAddress }: Cleartext): void {
    if (!this.#cleartextLines.take()) return;
    const count = this.#app.limitHits.tls;
    this.#app.log.warn(
      { remoteAddress, answer, count },
      `A client spoke cleartext HTTP to a port that speaks TLS. Use https:// there, or set tls to false. Seen ${count} times.`,
    );
  }

  /** Leads to the first https address. */
  #redirect(): Handle {
    const secure = (): Endpoint => this.#all.find(({ scheme }) => scheme === 'https') ?? this.main;
    const redirect = redirectTo({
      target: () => secure().url,
      names: () => secure().credentials?.names ?? [],
      hits: this.#app.hits,
    });
    // Before the host is looked at: there may be no certificate for it yet.
    return answerChallenges(redirect, this.#httpChallenge);
  }

  /** Whether an endpoint speaks cleartext, next to one whose certificate comes by ACME. */
  #proves({ tls }: EndpointOptions): boolean {
    return tls === false && usesAcme([this.#options, ...this.#options.endpoints]);
  }

  #prove(app: BlaizeApp): Handle {
    return answerChallenges(this.#handleOf(app), this.#httpChallenge);
  }

  readonly #httpChallenge = (token: string): string | undefined => {
    for (const { credentials } of this.#all) {
      const answer = credentials?.httpChallenge(token);
      if (answer !== undefined) return answer;
    }
    return undefined;
  };
}
