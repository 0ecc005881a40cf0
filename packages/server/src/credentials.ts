import type { SecureContext, SecureContextOptions } from 'node:tls';

import { CertificateError } from '@blaizejs/errors';
import type { TlsContexts } from '@blaizejs/ssl';
import type { CertificateExpiry, TlsOptions, TlsUpdate } from '@blaizejs/types';

/** A server whose certificate can be set. */
interface Securable {
  setSecureContext(options: SecureContextOptions): void;
}

/**
 * The certificates of one or more sockets: the configured ones or, in development, one that is created on demand and trusted
 * by this process. They can be replaced while the sockets are open.
 */
export class Credentials {
  readonly #options: TlsOptions;
  readonly #host: string;
  readonly #production: boolean;
  readonly #servers = new Set<Securable>();
  #contexts: TlsContexts | undefined;
  /** Loads and updates run one at a time. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: TlsOptions, host: string, production: boolean) {
    this.#options = options;
    this.#host = host;
    this.#production = production;
  }

  get options(): TlsOptions {
    return this.#options;
  }

  /** The certificates that are loaded, without one of development. */
  get certificates(): readonly CertificateExpiry[] {
    const { key, keyFile } = this.#options;
    const isOwn = key !== undefined || keyFile !== undefined;
    return isOwn ? (this.#contexts?.certificates ?? []) : [];
  }

  /** The certificate for a name, if one is configured for it. */
  readonly find = (servername: string): SecureContext | undefined => this.#contexts?.find(servername);

  /** Loads the certificates if necessary, and sets them on a server. @throws CertificateError */
  secure(server: Securable): Promise<void> {
    return this.#inTurn(async () => {
      this.#contexts ??= await this.#load();
      this.#servers.add(server);
      server.setSecureContext(this.#contexts.options);
    });
  }

  /** Stops updating a server that is closed. */
  forget(server: Securable): void {
    this.#servers.delete(server);
  }

  /**
   * Replaces some of the certificates and settings. If a new one is unusable, the old ones stay. @throws CertificateError
   */
  update(update: TlsUpdate): Promise<void> {
    return this.#inTurn(async () => {
      this.#contexts = await (this.#contexts ?? (await this.#load())).update(update);
      for (const server of this.#servers) server.setSecureContext(this.#contexts.options);
    });
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const changing = this.#changing.then(change);
    this.#changing = changing.catch(() => undefined);
    return changing;
  }

  async #load(): Promise<TlsContexts> {
    const { developmentCertificate, TlsContexts, trustCertificate } = await import('@blaizejs/ssl');
    const { key, keyFile } = this.#options;
    if (key !== undefined || keyFile !== undefined)
      return TlsContexts.load({ ticketKeys: sharedTicketKeys(), ...this.#options });
    if (this.#production) {
      throw new CertificateError(
        'HTTPS needs a certificate in production, and none is configured. Set tls.keyFile and tls.certFile to PEM ' +
          'files, or tls to false if a proxy in front speaks TLS.',
      );
    }
    const { key: made, cert } = await developmentCertificate({ host: this.#host });
    trustCertificate(cert);
    return TlsContexts.load({ ticketKeys: sharedTicketKeys(), ...this.#options, key: made, cert });
  }
}

/** The ticket keys that a cluster gives its workers, so that clients can resume their sessions with any of them. */
function sharedTicketKeys(): Uint8Array | undefined {
  return (globalThis as { [TICKET_KEYS]?: Uint8Array })[TICKET_KEYS];
}

const TICKET_KEYS: unique symbol = Symbol.for('blaizejs.ticketKeys');
