import type { Server as HttpServer } from 'node:http';
import type { Http2SecureServer } from 'node:http2';

import type { App, AppEnv, GlobalEnv } from './app.ts';
import type { EndpointAddress, EndpointOptions, ListenOptions } from './endpoint.ts';
import type { TlsUpdate } from './tls-options.ts';

/** Where a server is in its life. */
export type ServerState = 'new' | 'starting' | 'listening' | 'closing' | 'closed';

/** A server, as `createServer` makes it: an app with sockets. */
export interface Server<Env extends AppEnv = GlobalEnv> extends App<Env> {
  readonly state: ServerState;
  /** The configured port; the real one while listening. */
  readonly port: number;
  readonly host: string;
  /** Where clients on this machine find it: `https://localhost:3000`. */
  readonly url: string;
  /** Node's own server of the first endpoint: `Http2SecureServer`, or `http.Server` without HTTP/2. */
  readonly server: HttpServer | Http2SecureServer;
  /** Every socket that it listens on. */
  readonly addresses: readonly EndpointAddress[];
  /**
   * Starts plugins, loads routes and binds the sockets; resolves when requests are served.
   *
   * @throws ListenError if it does not get its port: what was started is undone, and `listen()` may be called again; any
   *   other error, after which the server is closed; ServerStateError if it listens already
   */
  listen(port?: number, host?: string): Promise<this>;
  listen(options: ListenOptions): Promise<this>;
  /** Listens on one more socket, now or with `listen()`. @throws ListenError */
  addEndpoint(endpoint: EndpointOptions): Promise<this>;
  /**
   * Replaces certificates, and what goes with them, for new connections; existing ones go on.
   *
   * @throws CertificateError if one of them can't be used; the old ones then stay
   */
  updateTls(update: TlsUpdate): Promise<void>;
}
