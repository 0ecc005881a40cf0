import type { Services, State } from './context.ts';
import type { ServerEvents } from './events.ts';
import type { LimitName } from './limits.ts';
import type { Logger } from './logger.ts';
import type { Middleware, MiddlewareInput } from './middleware.ts';
import type { Plugin } from './plugin.ts';
import type { Router } from './router.ts';

/** What the routes of an application can use: what its global middleware and its plugins provide. */
export interface AppEnv {
  readonly state: unknown;
  readonly services: unknown;
}

/** What every application provides: the declared `State` and `Services`. */
export interface GlobalEnv extends AppEnv {
  readonly state: State;
  readonly services: Services;
}

/**
 * The application of a project. Empty here; `.blaize/routes.d.ts`, which `blaize dev` and `blaize types` write, adds `server`
 * (the type of the server that `src/server.ts` exports) and `routes`. Route files then have the types of that server's
 * middleware and plugins with no annotation.
 */
export interface Register {}

/** What the routes of the project's application can use; as {@link GlobalEnv} where none is registered. */
export type RegisteredEnv = Register extends { readonly server: infer Registered }
  ? EnvOf<Registered>
  : GlobalEnv;

/** The {@link AppEnv} of an app or a server: `EnvOf<typeof server>`. */
export type EnvOf<A> = A extends { readonly '~env'?: infer Env }
  ? Exclude<Env, undefined> extends infer Known extends AppEnv
    ? Known
    : GlobalEnv
  : GlobalEnv;

/** How an app or a server is closed. */
export interface CloseOptions {
  /** Milliseconds until remaining connections are cut off. Default: the option `shutdownTimeout`. @throws RangeError below 0 */
  timeout?: number | undefined;
  /** Runs with the `stopping` listeners, and is awaited like them. */
  onStopping?: (() => unknown) | undefined;
  /** Runs with the `stopped` listeners, and is awaited. */
  onStopped?: (() => unknown) | undefined;
}

/** What the caller of `fetch()` knows about a request. */
export interface FetchInfo {
  /** The client's IP address; what `ctx.request.ip` is. */
  readonly remoteAddress?: string | undefined;
  /** Called with work that goes on after the answer, as a worker's `ctx.waitUntil` is. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** What `ctx.platform` is. */
  readonly platform?: unknown;
}

/** An application: routes, middleware, plugins and the request path, without a socket. `createApp` makes one. */
export interface App<Env extends AppEnv = GlobalEnv> {
  readonly router: Router<Env>;
  /** The registered global middleware, in order. */
  readonly middleware: readonly Middleware[];
  /** The registered plugins, in order. */
  readonly plugins: readonly Plugin[];
  /** The services that plugins have provided so far. */
  readonly services: Env['services'];
  readonly events: ServerEvents;
  readonly log: Logger;
  /** How often each limit was exceeded, by the name of its option. */
  readonly limitHits: Readonly<Record<LimitName, number>>;
  /** The option `mode`, or what `NODE_ENV` says. */
  readonly mode: 'development' | 'production';
  /** Adds global middleware, from the next request on. Its needs are not type-checked here, only in the options. */
  use(middleware: MiddlewareInput | readonly MiddlewareInput[]): this;
  /**
   * Adds a plugin and sets it up; if the app is running, starts it too. A plugin can register another in `initialize`, not
   * in `setup`.
   *
   * @throws PluginError if that fails; the plugin is then removed completely
   */
  register(plugin: Plugin): Promise<this>;
  /**
   * Hands everything below a path to another fetch handler: another app, or any `(request) => Response`. It gets the
   * whole URL. Routes take precedence; middleware and hooks run around it.
   *
   * @param prefix starts with `/` and has no parameters
   * @throws BlaizeError `ERR_BLAIZE_ROUTE` for a prefix that no request could match
   */
  mount(prefix: string, fetch: (request: Request) => Response | Promise<Response>): this;
  /**
   * Sets plugins up and initialises them, and loads routes. Anything that answers a request calls it first.
   *
   * @throws PluginError, RouteLoadError or RouteConflictError, after everything that was started has been stopped
   */
  ready(): Promise<this>;
  /** Answers a Web request in process, in the same way as one from a socket. It is bound to the app. */
  readonly fetch: (request: Request, info?: FetchInfo) => Promise<Response>;
  /** Lets requests in flight finish, then stops plugins. Closing twice does nothing. */
  close(options?: CloseOptions): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  /** Carries `Env` for `createRoutes<typeof app>()`; never set. */
  readonly '~env'?: Env;
}
