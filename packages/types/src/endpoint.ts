import type { App } from './app.ts';
import type { TlsOptions } from './tls-options.ts';

/** What to listen on: a port, a path, or a file descriptor that is already bound. */
export interface ListenOptions {
  /** 0 takes a free one. Default: the option `port`. */
  readonly port?: number | undefined;
  /** Default: the option `host`. */
  readonly host?: string | undefined;
  /** A Unix domain socket, or a named pipe on Windows. */
  readonly path?: string | undefined;
  /** The file descriptor of a bound socket, such as the 3 that systemd passes. */
  readonly fd?: number | undefined;
  /** Lets several processes listen on one port (`SO_REUSEPORT`); from Node 22.12 and 23.1 on. Default: false. */
  readonly reusePort?: boolean | undefined;
  /** Connections that wait to be accepted. Default: 511, as in Node. */
  readonly backlog?: number | undefined;
  /** Aborting it closes the server. */
  readonly signal?: AbortSignal | undefined;
}

/** One more socket of a server. */
export interface EndpointOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default: the server's `host`. */
  readonly host?: string | undefined;
  /** Default: the server's. `false` is cleartext. */
  readonly tls?: false | TlsOptions | undefined;
  /** What it serves. It starts and closes with the server. Default: the server's own app. */
  readonly app?: App | undefined;
  /** Redirects every request, with 308, to the same path at the server's first `https` address. Default: false. */
  readonly redirect?: boolean | undefined;
}

/** Where a server listens. */
export interface EndpointAddress {
  readonly url: string;
  /** A port, or a path. */
  readonly port: number | undefined;
  readonly host: string | undefined;
  readonly path: string | undefined;
  readonly protocols: readonly ('HTTP/2' | 'HTTP/1.1')[];
}
