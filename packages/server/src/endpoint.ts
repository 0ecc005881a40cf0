import type { Server as HttpServer } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import { isIPv6 } from 'node:net';

import type { Drainable } from '@blaizejs/app/internal';
import { BlaizeError, ListenError } from '@blaizejs/errors';
import type { EndpointAddress, EndpointOptions, ListenOptions } from '@blaizejs/types';

import type { Adapter, AdapterSettings, AdapterStats } from './adapters/adapter.ts';
import { Http1Adapter } from './adapters/http1.ts';
import { CleartextAdapter } from './adapters/http2-cleartext.ts';
import { Http2Adapter } from './adapters/http2.ts';
import type { Credentials } from './credentials.ts';

/** One socket of a server: where it is bound, and the adapter that serves it. */
export class Endpoint implements Drainable {
  readonly options: EndpointOptions;
  readonly credentials: Credentials | undefined;
  readonly #adapter: Adapter;
  readonly #isHttp2: boolean;
  #where: ListenOptions;

  /**
   * @param options its port and host are the defaults of {@link Endpoint.bind}
   * @param credentials undefined for cleartext
   */
  constructor(
    options: EndpointOptions,
    settings: Omit<AdapterSettings, 'tls' | 'http2'>,
    credentials: Credentials | undefined,
    isHttp2: boolean,
  ) {
    this.options = options;
    this.#where = { port: options.port, host: options.host };
    this.credentials = credentials;
    this.#isHttp2 = isHttp2;
    this.#adapter = credentials
      ? new Http2Adapter({ ...settings, http2: isHttp2, tls: toAdapterTls(credentials) })
      : isHttp2
        ? new CleartextAdapter(settings)
        : new Http1Adapter(settings);
  }

  get server(): HttpServer | Http2SecureServer {
    return this.#adapter.server;
  }

  get isBound(): boolean {
    return this.server.listening;
  }

  get port(): number | undefined {
    const address = this.server.address();
    if (typeof address === 'string') return undefined;
    return address?.port ?? this.#where.port;
  }

  get host(): string | undefined {
    return this.#where.path === undefined ? this.#where.host : undefined;
  }

  /** The address that it is bound to, as the system reports it. */
  get boundTo(): string | undefined {
    const address = this.server.address();
    return typeof address === 'string' ? address : address?.address;
  }

  get scheme(): 'http' | 'https' {
    return this.credentials ? 'https' : 'http';
  }

  get protocols(): readonly ('HTTP/2' | 'HTTP/1.1')[] {
    return this.#isHttp2 ? ['HTTP/2', 'HTTP/1.1'] : ['HTTP/1.1'];
  }

  /** Its URL for clients on this machine. */
  get url(): string {
    const { path, host = 'localhost' } = this.#where;
    if (path !== undefined) return `${this.scheme}+unix:${path}`;
    const isWildcard = host === '0.0.0.0' || host === '::';
    const shown = isWildcard ? 'localhost' : isIPv6(host) ? `[${host}]` : host;
    return `${this.scheme}://${shown}:${String(this.port)}`;
  }

  get address(): EndpointAddress {
    const { url, port, host, protocols } = this;
    return { url, port, host, path: this.#where.path, protocols };
  }

  /** The address in the other family, if `localhost` is bound in both. */
  get secondAddress(): EndpointAddress | undefined {
    const second = this.#adapter.listener.second?.address();
    if (typeof second !== 'object' || !second) return undefined;
    const { address: host, port } = second;
    const url = `${this.scheme}://${isIPv6(host) ? `[${host}]` : host}:${port}`;
    return { ...this.address, url, port, host };
  }

  /** Where it was last asked to bind. */
  get place(): { readonly port?: number | undefined; readonly host?: string | undefined } {
    return this.#where;
  }

  /** Loads the certificate. @throws CertificateError */
  async secure(): Promise<void> {
    const { server } = this;
    if ('setSecureContext' in server) await this.credentials?.secure(server);
  }

  /**
   * Binds the socket.
   *
   * @param onError called for errors of the bound socket
   * @throws ListenError if binding fails; it can be tried again
   */
  async bind(where: ListenOptions, onError: (error: Error) => void): Promise<void> {
    this.#where = where;
    const { port = 0, host = 'localhost', path, fd, backlog, reusePort } = where;
    if (reusePort && !HAS_REUSE_PORT) {
      throw new BlaizeError(
        'ERR_BLAIZE_CONFIGURATION',
        `listen(): reusePort needs Node 22.12, 23.1 or later; this is ${process.version}. Leave it out, or update Node.`,
      );
    }
    const place = fd !== undefined ? { fd } : path !== undefined ? { path } : { port, host };
    try {
      await this.#adapter.listen({
        ...place,
        ...(backlog !== undefined && { backlog }),
        ...(reusePort && { reusePort }),
      });
    } catch (error) {
      throw new ListenError(
        error as NodeJS.ErrnoException,
        path ?? host,
        port,
        fd === undefined ? path : `file descriptor ${fd}`,
      );
    }
    // An error of a bound socket (EMFILE) must not end the process.
    this.server.on('error', onError);
  }

  stats(): AdapterStats & { readonly stalledStreams: number } {
    return { ...this.#adapter.stats(), stalledStreams: this.#adapter.stalledStreams() };
  }

  drain(): Promise<void> {
    return this.#adapter.drain();
  }

  destroy(): void {
    const { server } = this;
    this.#adapter.destroy();
    this.#adapter.listener.close();
    if ('setSecureContext' in server) this.credentials?.forget(server);
  }
}

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const HAS_REUSE_PORT = major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);

function toAdapterTls({ options, find, challenge }: Credentials): NonNullable<AdapterSettings['tls']> {
  const { requestCert = false, rejectUnauthorized = requestCert } = options;
  return { requestCert, rejectUnauthorized, sni: find, challenge };
}
