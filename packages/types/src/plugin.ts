import type { Server } from './server.ts';

/** What a plugin's `setup` may return. Every part is optional; those that are async are awaited. */
export interface PluginHooks<Provides extends object = object> {
  /** What reaches `ctx.services` under these names. */
  readonly services?: Provides | undefined;
  /** Before routes are loaded and the socket is bound. */
  initialize?(): unknown;
  /** When the socket is bound. */
  onServerStart?(): unknown;
  /** When the server has stopped serving. */
  onServerStop?(): unknown;
  /** Last, to give back what the plugin holds. */
  terminate?(): unknown;
}

/**
 * A plugin, ready to be registered.
 *
 * @typeParam Provides what it puts on `ctx.services`
 */
export interface Plugin<Provides extends object = object> {
  readonly name: string;
  readonly version: string;
  setup(server: Server): PluginHooks<Provides> | void | Promise<PluginHooks<Provides> | void>;
}

/** What a plugin, or what `createPlugin` gave, puts on `ctx.services`. */
export type ServicesOf<P> =
  P extends Plugin<infer Provides>
    ? Provides
    : P extends (...args: never) => infer Made
      ? ServicesOf<Made>
      : never;
