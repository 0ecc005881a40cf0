import type { Context, PathParams, QueryParams, State } from './context.ts';
import type { MiddlewareInput, StateOf } from './middleware.ts';
import type { Schema, SchemaInput, SchemaOutput } from './schema.ts';

/** The methods that have a `create…Route` function and can name an export of a route file. */
export type RouteMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** The schemas of a route. Each may be any Standard Schema. */
export interface RouteSchema {
  /** Path parameters. They arrive as strings: use coercion for anything else. */
  readonly params?: Schema | undefined;
  /** The query. Values arrive as strings, repeated names as lists. */
  readonly query?: Schema | undefined;
  /** The content. JSON, forms and text are read; other types are refused with 415. */
  readonly body?: Schema | undefined;
  /** What a 2xx answer holds. What does not fit is a logged 500. */
  readonly response?: Schema | undefined;
}

/** The context of a handler, from its route's schemas and middleware. */
export type RouteContext<S extends RouteSchema, M extends MiddlewareInput[]> = Context<
  S extends { params: infer P extends Schema } ? SchemaOutput<P> : PathParams,
  S extends { query: infer Q extends Schema } ? SchemaOutput<Q> : QueryParams,
  S extends { body: infer B extends Schema } ? SchemaOutput<B> : undefined,
  State & StateOf<M>
>;

/** What a handler may return: what its response schema takes, a `Response`, or `ctx.response` with what it recorded. */
export type RouteResult<S extends RouteSchema> = S extends { response: infer R extends Schema }
  ? Immutable<SchemaInput<R>> | Response | Context['response']
  : unknown;

// What is returned is inferred as it was written, so that `status: 'ok'` fits `z.literal('ok')`; lists are then readonly.
type Immutable<T> = unknown extends T ? T : { readonly [K in keyof T]: Immutable<T[K]> };

/** What the makers of routes take. */
export interface RouteOptions<
  S extends RouteSchema = RouteSchema,
  M extends MiddlewareInput[] = MiddlewareInput[],
  Result = unknown,
> {
  readonly schema?: S | undefined;
  /** Runs for this route only, after global middleware. */
  readonly middleware?: readonly [...M] | undefined;
  /** The largest content in bytes that is read for this route. Default: the server's `bodyLimit`. */
  readonly bodyLimit?: number | undefined;
  /** For whoever lists routes, such as documentation; shown in {@link RouteInfo}. */
  readonly meta?: RouteMeta | undefined;
  handler(ctx: RouteContext<S, M>): Result;
}

/** A route that knows its method, as the `create…Route` functions make it. */
export interface Route<
  Method extends string = string,
  S extends RouteSchema = RouteSchema,
  M extends MiddlewareInput[] = MiddlewareInput[],
  Result = unknown,
> extends RouteOptions<S, M, Result> {
  readonly method: Method;
}

/** A route of whatever schemas and middleware, where no more is known of it. */
export interface AnyRoute {
  readonly schema?: RouteSchema | undefined;
  readonly middleware?: readonly MiddlewareInput[] | undefined;
  readonly bodyLimit?: number | undefined;
  readonly meta?: RouteMeta | undefined;
  handler(ctx: never): unknown;
}

/**
 * What routes say about themselves to whoever lists them, such as documentation or metrics. Empty here; an application
 * or a package adds its own optional properties:
 *
 * ```ts
 * declare module 'blaizejs' {
 *   interface RouteMeta { summary?: string }
 * }
 * ```
 */
export interface RouteMeta {}

/** A served route, as `server.router.routes` lists it. One frozen object per route. */
export interface RouteInfo {
  readonly method: string;
  /** In find-my-way's form: `/users/:id`, `/files/*`. */
  readonly pattern: string;
  /** The names in `ctx.request.params`, in the order of the path. */
  readonly params: readonly string[];
  /** The one of `params` that holds the rest of the path: `*` if it has no name. Undefined without a wildcard. */
  readonly wildcard?: string | undefined;
  /** Absolute; undefined for a route added in code. */
  readonly file: string | undefined;
  readonly schema: RouteSchema | undefined;
  /** The names of the route's own middleware, in order; `anonymous` for a function without one. */
  readonly middleware: readonly string[];
  /** What the route said in its `meta`; an empty object if nothing. */
  readonly meta: RouteMeta;
  /** The protocol that may take over the connection, such as `websocket`. */
  readonly tunnel: string | undefined;
}
