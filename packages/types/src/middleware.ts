import type { Context, State } from './context.ts';
import type { Reply } from './reply.ts';
import type { AnyResponse } from './response.ts';

/** Runs the rest of the chain. Calling it twice is an error. */
export type Next = () => void | Promise<void>;

/** The context as middleware sees it: nothing is validated yet. */
export type MiddlewareContext<Adds = unknown> = Context<{ state: State & Adds }>;

/** The context as hooks see it: they run also for requests that were refused before any middleware ran. */
export type HookContext<Adds = unknown> = Context<{ state: Partial<State & Adds> }>;

/** What a middleware may return: an answer, or nothing. */
export type MiddlewareResult = Response | Reply | AnyResponse | void;

/**
 * Runs around the rest of the chain: before `next()`, and after it. A `Response` or `reply()` that it returns is the answer. One that
 * neither answers nor calls `next()` leaves a 404.
 */
export type MiddlewareHandler<Adds = unknown> = (
  ctx: MiddlewareContext<Adds>,
  next: Next,
) => MiddlewareResult | Promise<MiddlewareResult>;

/**
 * A named middleware. Each part is optional; what has no `handler` costs no closure and no promise.
 *
 * @typeParam Adds what it puts on `ctx.state`; routes that use it see these properties
 * @typeParam Needs what middleware before it has put there
 */
export interface Middleware<Adds = unknown, Needs = unknown> {
  /** For logs, `server.middleware` and `blaize routes`. */
  readonly name: string;
  // Methods, so that middleware of every `Adds` fits where `Middleware` is asked for.
  /** Runs on the way in, at its place in the chain. Answering ends the way in. */
  onRequest?(ctx: MiddlewareContext<Adds>): MiddlewareResult | Promise<MiddlewareResult>;
  handler?(ctx: MiddlewareContext<Adds>, next: Next): MiddlewareResult | Promise<MiddlewareResult>;
  /**
   * Runs when the answer is known and encoded, whatever it is: a value, an error, a 404, a refusal, a timeout. In reverse
   * order of middleware. What it returns is ignored, except that a promise is awaited.
   */
  onSend?(ctx: HookContext<Adds>): unknown;
  /**
   * Runs for each error that is about to become the answer, in reverse order of middleware. An `Error` that it returns
   * takes the place of that one.
   */
  onError?(error: Error, ctx: HookContext<Adds>): unknown;
  /** Leaves all parts of this middleware out of a request. Asked for each part: it has to give the same answer. */
  skip?(ctx: HookContext<Adds>): boolean;
  /** Carries `Adds` for inference; never set. */
  readonly '~adds'?: Adds;
  /** Carries `Needs` for inference; never set. */
  readonly '~needs'?: Needs;
}

/** Where middleware is taken, a bare function will do. */
export type MiddlewareInput = Middleware | MiddlewareHandler;

/** What a list of middleware puts on `ctx.state`, taken together. */
export type StateOf<List extends readonly MiddlewareInput[]> =
  UnionToIntersection<{ [K in keyof List]: { adds: AddsOf<List[K]> } }[number]> extends { adds: infer Adds }
    ? Adds
    : unknown;

/**
 * `unknown` if each middleware of a list finds in the state what it needs, from `Has` or from those before it. Else a type
 * that no list has, which names what is missing.
 */
export type NeedsMet<List, Has> = List extends readonly [infer First, ...infer Rest]
  ? [Has] extends [NeedsOf<First>]
    ? NeedsMet<Rest, Has & AddsOf<First>>
    : MissingState<NeedsOf<First>>
  : unknown;

/** A middleware stands where nothing before it has put this on `ctx.state`. */
export interface MissingState<Needs> {
  readonly 'middleware before it must add to ctx.state': Needs;
}

type AddsOf<M> = '~adds' extends keyof M ? Exclude<M['~adds'], undefined> : unknown;
type NeedsOf<M> = '~needs' extends keyof M ? Exclude<M['~needs'], undefined> : unknown;

type UnionToIntersection<U> = (U extends unknown ? (value: U) => void : never) extends (
  value: infer I,
) => void
  ? I
  : never;
