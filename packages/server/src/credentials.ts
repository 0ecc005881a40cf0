import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import type { TlsContexts } from '@blaizejs/ssl';
import type { CertificateSource } from '@blaizejs/ssl/internal';
import type { CertificateExpiry, Logger, TlsOptions, TlsUpdate } from '@blaizejs/types';

import { acmeSource } from './acme.ts';
import { CertificateKeeper } from './certificate-keeper.ts';

/** A server whose certificate can be set. */
interface Securable {
  setSecureContext(options: SecureContextOptions): void;
}

/**
 * The certificates of one or more sockets: the configured ones or, in development, one that is created on demand and trusted
 * by this process. They can be replaced while the sockets are open, and are when their files change.
 */
export class Credentials {
  readonly #options: TlsOptions;
  readonly #host: string;
  readonly #production: boolean;
  readonly #log: () => Logger;
  readonly #keeper: CertificateKeeper;
  readonly #servers = new Set<Securable>();
  #contexts: TlsContexts | undefined;
  #source: CertificateSource | undefined;
  /** Loads and updates run one at a time. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: TlsOptions, host: string, production: boolean, log: () => Logger) {
    this.#options = options;
    this.#host = host;
    this.#production = production;
    this.#log = log;
    this.#keeper = new CertificateKeeper({
      log,
      certificates: () => this.certificates,
      reload: () => this.#inTurn(() => this.#reload()),
      renewTicketKeys: () =>
        void this.#inTurn(() => {
          if (this.#contexts) this.#use(this.#contexts.renewTicketKeys());
        }),
    });
  }

  get options(): TlsOptions {
    return this.#options;
  }

  /** The certificates that are loaded, without one of development. */
  get certificates(): readonly CertificateExpiry[] {
    const { key, keyFile } = this.#options;
    const isOwn = key !== undefined || keyFile !== undefined || this.#source !== undefined;
    return isOwn ? (this.#contexts?.certificates ?? []) : [];
  }

  /** The names of all certificates, and of those of `sni`, one of development included. */
  get names(): readonly string[] {
    return this.#contexts?.certificates.flatMap(({ names }) => names) ?? [];
  }

  /** How many times changed files were loaded, and how many times they could not be. */
  get reloads(): { readonly succeeded: number; readonly failed: number } {
    return this.#keeper.reloads;
  }

  /** The certificate for a name, if one is configured for it. */
  readonly find = (servername: string): SecureContext | undefined => this.#contexts?.find(servername);

  /** The certificate for a client that only speaks `acme-tls/1`. */
  readonly challenge = (servername: string): SecureContext | undefined => {
    const pair = this.#source?.challengeCertificate?.(servername);
    return pair && createSecureContext(pair);
  };

  /** The answer to a request of an ACME server that is redirected otherwise. */
  readonly httpChallenge = (token: string): string | undefined => this.#source?.httpChallenge?.(token);

  /** Loads the certificates if necessary, and sets them on a server. @throws CertificateError */
  secure(server: Securable): Promise<void> {
    return this.#inTurn(async () => {
      this.#contexts ??= await this.#load();
      this.#servers.add(server);
      server.setSecureContext(this.#contexts.options);
      this.#keep(this.#contexts);
    });
  }

  /** Called once the sockets are bound. */
  listening(): void {
    this.#source?.listening?.();
  }

  /** Stops updating a server that is closed. */
  forget(server: Securable): void {
    this.#servers.delete(server);
    if (this.#servers.size > 0) return;
    this.#keeper.stop();
    this.#source?.close();
  }

  /**
   * Replaces some of the certificates and settings. If a new one is unusable, the old ones stay. @throws CertificateError
   */
  update(update: TlsUpdate): Promise<void> {
    return this.#inTurn(async () => {
      this.#use(await (this.#contexts ?? (await this.#load())).update(update));
    });
  }

  #use(contexts: TlsContexts): void {
    this.#contexts = contexts;
    for (const server of this.#servers) server.setSecureContext(contexts.options);
    if (this.#servers.size > 0) this.#keep(contexts);
  }

  #keep({ files }: TlsContexts): void {
    this.#keeper.start(this.#options.watch === false ? [] : files);
  }

  /** @returns whether anything is different now */
  async #reload(): Promise<boolean> {
    const old = this.#contexts;
    const contexts = await old?.update({});
    if (!old || !contexts || contexts.isSameAs(old) || this.#servers.size === 0) return false;
    this.#use(contexts);
    return true;
  }

  #inTurn<T>(change: () => T | Promise<T>): Promise<T> {
    const changing = this.#changing.then(change);
    this.#changing = changing.catch(() => undefined);
    return changing;
  }

  async #load(): Promise<TlsContexts> {
    const { developmentCertificate, TlsContexts, trustCertificate } = await import('@blaizejs/ssl');
    const { key, keyFile } = this.#options;
    if (key !== undefined || keyFile !== undefined) return TlsContexts.load(this.#options);
    this.#source ??= await this.#createSource();
    if (this.#source) {
      const first = await this.#source.open((pair) => this.update(pair));
      return TlsContexts.load({ ...this.#options, ...first });
    }
    if (this.#production) {
      throw new CertificateError(
        'HTTPS needs a certificate in production, and none is configured. Set tls.keyFile and tls.certFile to PEM ' +
          'files, or tls to false if a proxy in front speaks TLS.',
      );
    }
    const { key: made, cert } = await developmentCertificate({ host: this.#host });
    trustCertificate(cert);
    return TlsContexts.load({ ...this.#options, key: made, cert });
  }

  /** Where certificates come from if the options have none. */
  #createSource(): Promise<CertificateSource | undefined> {
    const { acme } = this.#options;
    return acme ? acmeSource(acme, this.#production, this.#log()) : Promise.resolve(undefined);
  }
}
