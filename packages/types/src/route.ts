import type { AppEnv, GlobalEnv } from './app.ts';
import type { Context, PathParams, QueryParams } from './context.ts';
import type { MiddlewareInput, NeedsMet, StateOf } from './middleware.ts';
import type { Immutable, PlainValue, RepliesOf, ReplyOf, ResponseMap } from './reply.ts';
import type { RecordedResponse } from './response.ts';
import type { Schema, SchemaOutput } from './schema.ts';

/** The methods that have a `create…Route` function and can name an export of a route file. */
export type RouteMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** The schemas of a route: zod, or any other Standard Schema. */
export interface RouteSchema {
  /** Path parameters. They arrive as strings: coerce them to anything else. */
  readonly params?: Schema | undefined;
  /** The query. Values arrive as strings, repeated names as lists; one value is a list where the schema wants a list. */
  readonly query?: Schema | undefined;
  /**
   * The body. JSON, forms, text, and types with a body reader are read; others are refused with 415. In a form, one value is a
   * list where the schema wants a list.
   */
  readonly body?: Schema | undefined;
  /** The answers: one schema for every 2xx, or one per status. `validateResponses` says what happens to one that does not fit. */
  readonly response?: Schema | ResponseMap | undefined;
}

/** The context of a handler, from its route's schemas and middleware. */
export type RouteContext<
  S extends RouteSchema,
  M extends MiddlewareInput[] = [],
  Env extends AppEnv = GlobalEnv,
> = Parameters<RouteOptions<S, M, unknown, Env>['handler']>[0];

type OutputOf<S, Name extends keyof RouteSchema, Default> =
  S extends Readonly<Record<Name, infer One extends Schema>> ? SchemaOutput<One> : Default;

type RouteReplies<S> = S extends { readonly response: infer R extends Schema | ResponseMap }
  ? RepliesOf<R>
  : unknown;

/**
 * What a handler may return: a value for the only 2xx schema, or for that of 200; a `reply()` with any status that has a
 * schema; a `Response`; or `ctx.response`.
 */
export type RouteResult<S extends RouteSchema> = ResultOf<RouteReplies<S>>;

type ResultOf<Replies> = unknown extends Replies
  ? unknown
  : Immutable<PlainValue<Replies>> | ReplyOf<Replies> | Response | RecordedResponse;

/** What an application notes about its routes in their `meta`. Empty here; add to it as to `Services`. */
export interface RouteMeta {}

/** What the makers of routes take. */
export interface RouteOptions<
  S extends RouteSchema = RouteSchema,
  M extends MiddlewareInput[] = MiddlewareInput[],
  Result = unknown,
  Env extends AppEnv = GlobalEnv,
> extends RouteLimits {
  readonly schema?: S | undefined;
  /** Runs for this route only, after global middleware. */
  readonly middleware?: (readonly [...M] & NeedsMet<M, Env['state']>) | undefined;
  /** Whatever the application wants to know about the route; found in `ctx.route.meta`. */
  readonly meta?: RouteMeta | undefined;
  /** The protocol for which a `GET` may become a tunnel; `ctx.request.tunnel` then accepts it. */
  readonly tunnel?: 'websocket' | undefined;
  /** Replaces the application's readers of the same media types for this route. */
  readonly bodyReaders?: BodyReaders | undefined;
  // Spelled out, so that editors show these types and not the schemas they come from.
  handler(
    ctx: Context<{
      params: OutputOf<S, 'params', PathParams>;
      query: OutputOf<S, 'query', QueryParams>;
      body: OutputOf<S, 'body', undefined>;
      state: Env['state'] & StateOf<M>;
      services: Env['services'];
      reply: RouteReplies<S>;
    }>,
  ): Result;
}

/** Limits of one route. Each replaces the server's limit of the same name. */
export interface RouteLimits {
  /** The largest body in bytes that is read. */
  readonly bodyLimit?: number | undefined;
  /** Milliseconds to answer the request once it has arrived; 0 for none. */
  readonly handlerTimeout?: number | undefined;
  /** Milliseconds for the whole body to arrive; 0 for none. */
  readonly requestTimeout?: number | undefined;
}

/** Reads a body of one media type for `schema.body`. */
export type BodyReader = (body: BodySource) => unknown;

/** A body to read. */
export interface BodySource {
  /** The bytes. Beyond `limit` it fails with a 413. */
  readonly stream: AsyncIterable<Uint8Array>;
  readonly headers: Headers;
  /** Bytes. */
  readonly limit: number;
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
}

/** Readers by media type in lower case, without parameters: `application/yaml`. */
export type BodyReaders = Readonly<Record<string, BodyReader>>;

/** A route that knows its method, as the `create…Route` functions make it. */
export interface Route<
  Method extends string = string,
  S extends RouteSchema = RouteSchema,
  M extends MiddlewareInput[] = MiddlewareInput[],
  Result = unknown,
  Env extends AppEnv = GlobalEnv,
> extends RouteOptions<S, M, Result, Env> {
  readonly method: Method;
}

/** A route of any schemas and middleware. */
export interface AnyRoute extends RouteLimits {
  readonly schema?: RouteSchema | undefined;
  readonly middleware?: readonly MiddlewareInput[] | undefined;
  readonly meta?: RouteMeta | undefined;
  readonly tunnel?: 'websocket' | undefined;
  readonly bodyReaders?: BodyReaders | undefined;
  handler(ctx: never): unknown;
}

/** A served route: what `router.routes` lists, and `ctx.route` is. */
export interface RouteInfo {
  readonly method: string;
  /** In find-my-way's form: `/users/:id`, `/files/*`. */
  readonly pattern: string;
  /** The names in `ctx.request.params`, in the order of the path. */
  readonly params: readonly string[];
  /** Which of `params` holds the rest of the path: `*` if it has no name. Undefined without a wildcard. */
  readonly wildcard?: string | undefined;
  /** Absolute; undefined for a route added in code. */
  readonly file: string | undefined;
  readonly schema: RouteSchema | undefined;
  /** The names of the route's own middleware, in order; `anonymous` for a function without one. */
  readonly middleware: readonly string[];
  /** The route's `meta`; an empty object if it has none. */
  readonly meta: RouteMeta;
  /** The protocol that may take over the connection, such as `websocket`. */
  readonly tunnel: string | undefined;
}
