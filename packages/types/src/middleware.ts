import type { Context, State } from './context.ts';
import type { Reply } from './reply.ts';
import type { RecordedResponse } from './response.ts';

/** Runs the rest of the chain. Calling it twice is an error. */
export type Next = () => void | Promise<void>;

/** The context as middleware sees it: nothing is validated yet. */
export type MiddlewareContext<Adds = unknown> = Context<{ state: State & Adds }>;

/** The context as hooks see it: they run also for requests that were refused before any middleware ran. */
export type HookContext<Adds = unknown> = Context<{ state: Partial<State & Adds> }>;

/** What a middleware may return: an answer, or nothing. */
export type MiddlewareResult = Response | Reply | RecordedResponse | void;

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
  // Methods, so that middleware of any `Adds` and `Needs` is a `Middleware`.
  /** Runs on the way in, at its place in the chain. Answering ends the way in. */
  onRequest?(ctx: MiddlewareContext<Adds & Needs>): MiddlewareResult | Promise<MiddlewareResult>;
  handler?(ctx: MiddlewareContext<Adds & Needs>, next: Next): MiddlewareResult | Promise<MiddlewareResult>;
  /**
   * Runs when the answer is known and encoded, whatever it is: a value, an error, a 404, a refusal, a timeout. In reverse
   * order of middleware. What it returns is ignored, except that a promise is awaited.
   */
  onSend?(ctx: HookContext<Adds & Needs>): unknown;
  /**
   * Runs for each error that is about to become the answer, in reverse order of middleware. An `Error` that it returns
   * takes the place of that one.
   */
  onError?(error: Error, ctx: HookContext<Adds & Needs>): unknown;
  /** Leaves all parts of this middleware out of a request. Asked for each part: it has to give the same answer. */
  skip?(ctx: HookContext<Adds & Needs>): boolean;
  /** Functions have one, and a name: without this, any function would be a middleware, whatever it returns. */
  readonly bind?: never;
  /** Carries `Adds` for inference; never set. */
  readonly '~adds'?: Adds;
  /** Carries `Needs` for inference; never set. */
  readonly '~needs'?: Needs;
}

/** Where middleware is taken, a bare function will do. */
export type MiddlewareInput = Middleware | MiddlewareHandler;

/** What a list of middleware puts on `ctx.state`, taken together. */
export type StateOf<List extends readonly unknown[]> = List extends readonly [infer First, ...infer Rest]
  ? Added<First> & StateOf<Rest>
  : List extends readonly []
    ? unknown
    : Added<List[number]>;

/** What a list of middleware needs on `ctx.state` and does not put there itself, in order. */
export type NeedsOf<List extends readonly unknown[], Has = unknown> = List extends readonly [
  infer First,
  ...infer Rest,
]
  ? Unmet<Needed<First>, Has> & NeedsOf<Rest, Has & Added<First>>
  : List extends readonly []
    ? unknown
    : Unmet<Needed<List[number]>, Has>;

/**
 * `unknown` if every middleware of a list finds on `ctx.state` what it needs, added by those before it or part of `Has`.
 * Otherwise a list that has a {@link MissingState} in the place of the first that does not, so that the compiler's error
 * points there.
 */
export type NeedsMet<List extends readonly unknown[], Has> = [NeedsOf<List, Has>] extends [object]
  ? MissingAt<List, Has>
  : unknown;

/** What is wrong, in words: the compiler prints it. */
export type MissingState<Needs, Has> = {
  [Name in keyof Needs & string]: [Has] extends [Pick<Needs, Name>]
    ? never
    : [Has] extends [Record<Name, unknown>]
      ? `ctx.state.${Name} has another type here than this middleware needs.`
      : `No middleware before this one adds ctx.state.${Name}.`;
}[keyof Needs & string];

type MissingAt<
  List extends readonly unknown[],
  Has,
  Before extends readonly unknown[] = [],
> = List extends readonly [infer First, ...infer Rest]
  ? [Has] extends [Needed<First>]
    ? MissingAt<Rest, Has & Added<First>, [...Before, unknown]>
    : readonly [...Before, MissingState<Needed<First>, Has>, ...unknown[]]
  : readonly MissingState<Needed<List[number]>, Has>[];

type Unmet<Need, Has> = [Has] extends [Need] ? unknown : Need;
type Added<M> = '~adds' extends keyof M ? Exclude<M['~adds'], undefined> : unknown;
type Needed<M> = '~needs' extends keyof M ? Exclude<M['~needs'], undefined> : unknown;
