import type { App } from './app.ts';
import type { Context } from './context.ts';
import type { Server } from './server.ts';

/** What a plugin may return from `setup`. Every part is optional; those that are async are awaited. */
export interface PluginHooks<Provides extends object = object, PerRequest extends object = object> {
  /** What it adds to `ctx.services`, by name. */
  readonly services?: Provides | undefined;
  /**
   * Values on `ctx.services` that each request has for itself: made when first read, and disposed of with their
   * `Symbol.asyncDispose` or `Symbol.dispose` when the request is over.
   */
  readonly perRequest?:
    { readonly [Name in keyof PerRequest]: (ctx: Context) => PerRequest[Name] } | undefined;
  /** Runs before routes are loaded and the socket is bound. */
  readonly initialize?: (() => unknown) | undefined;
  /** Runs when the socket is bound; for an app, when it is ready. */
  readonly onServerStart?: (() => unknown) | undefined;
  /** Runs when the server has stopped serving. */
  readonly onServerStop?: (() => unknown) | undefined;
  /** Runs last, to release what the plugin holds. */
  readonly terminate?: (() => unknown) | undefined;
}

/** What a plugin is set up on: a server, or an app, which lacks what has to do with sockets. */
export interface PluginTarget extends App, Partial<Omit<Server, keyof App>> {}

/**
 * A plugin, ready to be registered.
 *
 * @typeParam Provides what it puts on `ctx.services`
 */
export interface Plugin<Provides extends object = object> {
  readonly name: string;
  readonly version: string;
  setup(server: PluginTarget): PluginHooks | void | Promise<PluginHooks | void>;
  /** Carries `Provides` for inference; never set. */
  readonly '~provides'?: Provides;
}

/** What a plugin puts on `ctx.services`: `ServicesOf<typeof database>`. */
export type ServicesOf<P> =
  P extends Plugin<infer Provides>
    ? Provides
    : P extends (...args: never) => infer Made
      ? ServicesOf<Made>
      : never;

/** What a list of plugins puts on `ctx.services`, taken together. */
export type ServicesOfAll<List extends readonly Plugin[]> = List extends readonly [
  infer First extends Plugin,
  ...infer Rest extends readonly Plugin[],
]
  ? ServicesOf<First> & ServicesOfAll<Rest>
  : unknown;
