import type { Context, PathParams, QueryParams, State } from './context.ts';

/** Runs the rest of the chain. Calling it twice is an error. */
export type Next = () => void | Promise<void>;

/** The context as middleware sees it: nothing is validated yet. */
export type MiddlewareContext<Adds = unknown> = Context<PathParams, QueryParams, unknown, State & Adds>;

/**
 * Runs around a handler: before `next()`, and after it. One that neither answers nor calls `next()` leaves a 404.
 * What it returns is ignored, except that a promise is awaited.
 */
export type MiddlewareHandler<Adds = unknown> = (ctx: MiddlewareContext<Adds>, next: Next) => unknown;

/**
 * A named middleware.
 *
 * @typeParam Adds what it puts on `ctx.state`; routes that use it see these properties
 */
export interface Middleware<Adds = unknown> {
  /** For logs and `server.middleware`. */
  readonly name: string;
  // A method, so that middleware of every `Adds` fits where `Middleware` is asked for.
  handler(ctx: MiddlewareContext<Adds>, next: Next): unknown;
  /** Leaves this middleware out of a request. */
  skip?(ctx: MiddlewareContext): boolean;
  /** Carries `Adds` for inference; never set. */
  readonly '~adds'?: Adds;
}

/** Where middleware is taken, a bare function will do. */
export type MiddlewareInput = Middleware | MiddlewareHandler;

/** What a list of middleware puts on `ctx.state`, taken together. */
export type StateOf<List extends readonly MiddlewareInput[]> =
  UnionToIntersection<{ [K in keyof List]: { adds: AddsOf<List[K]> } }[number]> extends { adds: infer Adds }
    ? Adds
    : unknown;

type AddsOf<M> = '~adds' extends keyof M ? Exclude<M['~adds'], undefined> : unknown;

type UnionToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never;
