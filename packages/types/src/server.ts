import type { Server as HttpServer } from 'node:http';
import type { Http2SecureServer } from 'node:http2';

import type { ServerEvents } from './events.ts';
import type { LimitName } from './limits.ts';
import type { Logger } from './logger.ts';
import type { Middleware, MiddlewareInput } from './middleware.ts';
import type { Plugin } from './plugin.ts';
import type { Router } from './router.ts';

/** How a server is closed. */
export interface CloseOptions {
  /** Milliseconds until what is left is cut off. Default: the server's `shutdownTimeout`. @throws RangeError below 0 */
  timeout?: number | undefined;
  /** Runs with the `stopping` listeners, and is awaited like them. */
  onStopping?: (() => unknown) | undefined;
  /** Runs with the `stopped` listeners, and is awaited. */
  onStopped?: (() => unknown) | undefined;
}

/** A server, as `createServer` makes it. */
export interface Server {
  /** The configured port; the real one while listening. */
  readonly port: number;
  readonly host: string;
  /** Where clients on this machine find it: `https://localhost:3000`. */
  readonly url: string;
  /** Node's own server: `Http2SecureServer`, or `http.Server` where HTTP/2 is off. */
  readonly server: HttpServer | Http2SecureServer;
  readonly router: Router;
  /** The registered global middleware, in order. */
  readonly middleware: readonly Middleware[];
  /** The registered plugins, in order. */
  readonly plugins: readonly Plugin[];
  readonly events: ServerEvents;
  readonly log: Logger;
  /** How often each limit was exceeded, by the name of its option. */
  readonly limitHits: Readonly<Record<LimitName, number>>;
  /**
   * Starts plugins, loads routes and binds the socket; resolves when requests are served.
   *
   * @throws where any of that fails, with nothing left running, after which the server is closed: ListenError where it
   *   does not get its port;
   *   ServerStateError where it listens already
   */
  listen(port?: number, host?: string): Promise<this>;
  /** Stops: new requests are refused, those in flight finish. Closing a server that is closed does nothing. */
  close(options?: CloseOptions): Promise<void>;
  /** Adds global middleware; on a listening server from the next request on. */
  use(middleware: MiddlewareInput | readonly MiddlewareInput[]): this;
  /** Adds a plugin and sets it up; on a listening server it is started too. @throws PluginError where that fails */
  register(plugin: Plugin): Promise<this>;
  /**
   * Everything short of the socket: plugins initialised, routes loaded. `listen()` and `fetch()` call it.
   *
   * @throws as {@link Server.listen} does
   */
  ready(): Promise<this>;
  /** Answers a Web request in process, through the same path as one from a socket. */
  fetch(request: Request): Promise<Response>;
}
