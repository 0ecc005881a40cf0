import type { Server as HttpServer } from 'node:http';
import type { Http2SecureServer } from 'node:http2';

import type { App, AppEnv, GlobalEnv } from './app.ts';
import type { EndpointAddress, EndpointOptions, ListenOptions } from './endpoint.ts';
import type { LogLevel } from './logger.ts';
import type { ServerStatistics } from './statistics.ts';
import type { TlsUpdate } from './tls-options.ts';

/** Where a server is in its life. */
export type ServerState = 'new' | 'starting' | 'listening' | 'closing' | 'closed';

/** A server, as `createServer` makes it: an app with sockets. */
export interface Server<Env extends AppEnv = GlobalEnv> extends App<Env> {
  readonly state: ServerState;
  /** The port it listens on; before that, the configured one. */
  readonly port: number;
  readonly host: string;
  /** Its URL for clients on this machine: `https://localhost:3000`. */
  readonly url: string;
  /** Node's own server of the first endpoint: `Http2SecureServer`, or `http.Server` without HTTP/2. */
  readonly server: HttpServer | Http2SecureServer;
  /**
   * The address of every endpoint, the server's own first; behind them the second one of each that listens on
   * `localhost`, which has two: 127.0.0.1 and ::1.
   */
  readonly addresses: readonly EndpointAddress[];
  /** What is open at the moment, and what has happened on the sockets. Made when it is read. */
  readonly statistics: ServerStatistics;
  /**
   * Starts plugins, loads routes and binds the sockets; resolves when requests are served.
   *
   * @throws ListenError if the port can't be bound: what was started is undone, and `listen()` may be called again. After any
   *   other error the server is closed. ServerStateError if it is already listening
   */
  listen(port?: number, host?: string): Promise<this>;
  listen(options: ListenOptions): Promise<this>;
  /** Listens on one more socket, now or with `listen()`. @throws ListenError */
  addEndpoint(endpoint: EndpointOptions): Promise<this>;
  /**
   * Replaces certificates and related options for new connections. Existing connections are not affected, and neither are
   * endpoints with a `tls` of their own.
   *
   * @throws CertificateError if one of them can't be used; the old ones then stay in use
   */
  updateTls(update: TlsUpdate): Promise<void>;
  /** The lowest level that is logged; undefined if the app's own logger has no `level`. */
  readonly logLevel: LogLevel | undefined;
  /**
   * Changes the level of the log while the server runs, and logs that it did. Loggers that were made with `child()` follow,
   * those of requests in flight as well.
   *
   * @param options `for`: after this many milliseconds, the level goes back to the one that the server began with. Default:
   *   it stays
   * @throws RangeError for an unknown level or an invalid time. ServerStateError if the app's own logger has no `level`
   */
  setLogLevel(level: LogLevel, options?: { readonly for?: number | undefined }): void;
}
