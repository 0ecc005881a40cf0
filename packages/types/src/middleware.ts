import type { Context, State } from './context.ts';
import type { Reply } from './reply.ts';
import type { RecordedResponse } from './response.ts';
import type { SecuritySchemes } from './route-docs.ts';

/** Runs the rest of the chain. Calling it twice is an error. */
export type Next = () => void | Promise<void>;

/** The context in middleware: nothing has been validated yet. */
export type MiddlewareContext<Adds = unknown> = Context<{ state: State & Adds }>;

/** The context in hooks. They also run for requests that were refused before any middleware ran, so state is partial. */
export type HookContext<Adds = unknown> = Context<{ state: Partial<State & Adds> }>;

/** What a middleware may return: an answer, or nothing. */
export type MiddlewareResult = Response | Reply | RecordedResponse | void;

/**
 * Runs around the rest of the chain: before `next()`, and after it. If it returns a `Response` or a `reply()`, that is the
 * answer. If it neither answers nor calls `next()`, the answer is 404.
 */
export type MiddlewareHandler<Adds = unknown> = (
  ctx: MiddlewareContext<Adds>,
  next: Next,
) => MiddlewareResult | Promise<MiddlewareResult>;

/**
 * A named middleware. Each part is optional. Without a `handler` it costs no closure and no promise.
 *
 * @typeParam Adds what it puts on `ctx.state`; routes that use it see these properties
 * @typeParam Needs what middleware before it has put there
 */
export interface Middleware<Adds = unknown, Needs = unknown> {
  /** For logs, `server.middleware` and `blaize routes`. */
  readonly name: string;
  // Methods, so that middleware of any `Adds` and `Needs` is a `Middleware`.
  /** Runs before the handler, at its place in the chain. If it answers, the rest of the chain does not run. */
  onRequest?(ctx: MiddlewareContext<Adds & Needs>): MiddlewareResult | Promise<MiddlewareResult>;
  handler?(ctx: MiddlewareContext<Adds & Needs>, next: Next): MiddlewareResult | Promise<MiddlewareResult>;
  /**
   * Runs when the answer is known and encoded, whatever it is: a value, an error, a 404, a refusal, a timeout. Hooks run in
   * reverse order of middleware. A promise is awaited; what it returns is ignored.
   */
  onSend?(ctx: HookContext<Adds & Needs>): unknown;
  /**
   * Runs for each error that is about to become the answer, in reverse order of middleware. If it returns an `Error`, that
   * one replaces it.
   */
  onError?(error: Error, ctx: HookContext<Adds & Needs>): unknown;
  /** What it requires of clients, for documents: `{ bearer: { type: 'http', scheme: 'bearer' } }`. */
  readonly security?: SecuritySchemes | undefined;
  /** Skips all parts of this middleware for a request. Called before each part; it must give the same answer every time. */
  skip?(ctx: HookContext<Adds & Needs>): boolean;
  /** Never set. Functions have a `bind`: without this, any function would be a middleware, whatever it returns. */
  readonly bind?: never;
  /** Never set. Plugins have this: without it, any plugin would be a middleware. The compiler shows the text. */
  readonly '~provides'?: 'This is a plugin. It belongs in the option `plugins` of the server or app.';
  /** Carries `Adds` for inference; never set. */
  readonly '~adds'?: Adds;
  /** Carries `Needs` for inference; never set. */
  readonly '~needs'?: Needs;
}

/** Middleware as options take it: named, or a bare function. */
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
export type NeedsMet<List extends readonly unknown[], Has> = [Needing<List[number]>] extends [never]
  ? unknown
  : [NeedsOf<List, Has>] extends [object]
    ? MissingAt<List, Has>
    : unknown;

// Few have needs: most lists end here.
type Needing<M> = M extends { readonly '~needs'?: infer Needs } ? (unknown extends Needs ? never : M) : never;

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
type Added<M> = M extends { readonly '~adds'?: infer Adds } ? Adds : unknown;
type Needed<M> = M extends { readonly '~needs'?: infer Needs } ? Needs : unknown;
