import type { AppEnv, GlobalEnv } from './app.ts';
import type { Context, PathParams, QueryParams, RequestCookies } from './context.ts';
import type { MiddlewareInput, NeedsMet, StateOf } from './middleware.ts';
import type {
  AnyResponseMap,
  Immutable,
  OtherAnswer,
  FreeAnswer,
  PlainValue,
  RepliesOf,
  ReplyOf,
  ResponseMap,
  SuccessReply,
} from './reply.ts';
import type { RouteDocs, SecuritySchemes } from './route-docs.ts';
import type { AnySchema, Schema, SchemaInput, SchemaOutput } from './schema.ts';

/** The methods that have a `create…Route` function and can name an export of a route file. */
export type RouteMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';

/** The schemas of a body by media type, in lower case and without parameters: `application/json`. */
export type BodyMap = Readonly<Record<MediaType, Schema>>;
/** As {@link BodyMap}, where the compiler infers one. */
export type AnyBodyMap = Readonly<Record<MediaType, AnySchema>>;
type MediaType = `${string}/${string}`;

/** The schemas of a route, and the type of each; `undefined` for one that the route does not have. */
export interface RouteSchemas<
  Params = undefined,
  Query = undefined,
  Body = undefined,
  Response = undefined,
  Headers = undefined,
  Cookies = undefined,
> {
  /** Path parameters. They arrive as strings: coerce them to anything else. */
  readonly params?: Params | undefined;
  /** The query. Values arrive as strings, repeated names as lists; one value is a list if the schema wants a list. */
  readonly query?: Query | undefined;
  /**
   * The headers. Names are in lower case, values are strings. What the schema returns is also on `ctx.request.headers`, by
   * name.
   */
  readonly headers?: Headers | undefined;
  /** The cookies. Values are strings. */
  readonly cookies?: Cookies | undefined;
  /**
   * The body: one schema, or one per media type. JSON, forms, text, and types with a body reader are read; others, and with
   * a schema per media type all that it lacks, are refused with 415. In a form, one value is a list if the schema wants a
   * list.
   */
  readonly body?: Body | undefined;
  /** The answers: one schema for every 2xx, or one per status. `validateResponses` says what happens to one that does not fit. */
  readonly response?: Response | undefined;
}

/** The schemas of a route: zod, or any other Standard Schema. */
export interface RouteSchema extends RouteSchemas<
  Schema | undefined,
  Schema | undefined,
  Schema | BodyMap | undefined,
  Schema | ResponseMap | undefined,
  Schema | undefined,
  Schema | undefined
> {}

/** The context of a handler, from its route's schemas and middleware. */
export type RouteContext<
  S,
  M extends readonly MiddlewareInput[] = [],
  Env extends AppEnv = GlobalEnv,
> = Parameters<RouteOptions<S, M, unknown, Env>['handler']>[0];

/**
 * What a handler may return: a value for the only 2xx schema, or for that of 200; a `reply()` with any status that has a
 * schema; a `Response`; or `ctx.response`.
 */
export type RouteResult<S> = ResultFor<Known<S, 'response'>>;

/** As {@link RouteResult}, from the response schema alone. */
export type ResultFor<Response> = Response extends AnySchema
  ? Immutable<SchemaInput<Response>> | SuccessReply<Immutable<SchemaInput<Response>>> | OtherAnswer
  : Response extends AnyResponseMap
    ? Immutable<PlainValue<RepliesOf<Response>>> | ReplyOf<RepliesOf<Response>> | FreeAnswer
    : unknown;

type OutputOr<S, Default> = S extends AnySchema
  ? SchemaOutput<S>
  : S extends AnyBodyMap
    ? SchemaOutput<S[keyof S & MediaType]>
    : Default;

/** The type of one schema: in `RouteSchemas`, or in an object literal. */
type Known<S, Name extends keyof RouteSchemas> = S extends { readonly [N in Name]?: infer One }
  ? OrUndefined<One extends AnySchema | AnyResponseMap | AnyBodyMap ? One : never>
  : undefined;
type OrUndefined<T> = [T] extends [never] ? undefined : T;

/** What an application notes about its routes in their `meta`. Empty here; add to it as to `Services`. */
export interface RouteMeta {}

/**
 * What a request has to have, besides method and path, for a route to serve it. Several routes may have one method and path
 * if their constraints differ: the one with the most constraints goes first. If none fits, the path has no route.
 */
export interface RouteConstraints {
  /** The host, without a port. A text is compared without regard to case; a RegExp is tested against lower case. */
  readonly host?: string | RegExp | undefined;
  /** What `Accept-Version` has to be, exactly: `2`. */
  readonly version?: string | undefined;
  /** A media type that `Accept` has to name itself, with these parameters: `application/vnd.acme.v2+json`. */
  readonly accept?: string | undefined;
  /** Values of other headers, by name. A header that comes several times is joined with `, `. */
  readonly headers?: Readonly<Record<string, string | RegExp>> | undefined;
}

/** The settings of a route, besides its schemas, middleware and handler. */
export interface RouteSettings extends RouteLimits {
  /** What the application wants to know about the route, as `ctx.route.meta`. */
  readonly meta?: RouteMeta | undefined;
  /** Documentation, for OpenAPI for example. It does not change how requests are served. */
  readonly docs?: RouteDocs | undefined;
  /** The protocol for which a `GET` may become a tunnel; `ctx.request.tunnel` then accepts it. */
  readonly tunnel?: 'websocket' | undefined;
  /** What a request has to have for this route. Answers then have `Vary` for each header that matters. */
  readonly constraints?: RouteConstraints | undefined;
  /** Replaces the application's readers of the same media types for this route. */
  readonly bodyReaders?: BodyReaders | undefined;
  /** Replaces the application's `decompressRequests` for this route. */
  readonly decompressRequests?: boolean | undefined;
  /**
   * Replaces the application's `earlyHints` for this route. A list has links, such as `</app.css>; rel=preload; as=style`: they
   * join the `Link` header of the answer, and go ahead with it as a 103.
   */
  readonly earlyHints?: boolean | readonly string[] | undefined;
}

/**
 * What the `create…Route` functions take. One type parameter per schema is cheapest for the compiler.
 *
 * @typeParam Unread the path parameters of a route that has no schema for them
 */
export interface RouteDefinition<
  Params,
  Query,
  Body,
  Response,
  M extends readonly MiddlewareInput[],
  Result,
  Env extends AppEnv = GlobalEnv,
  Headers = undefined,
  Cookies = undefined,
  Unread = PathParams,
> extends RouteSettings {
  readonly schema?: RouteSchemas<Params, Query, Body, Response, Headers, Cookies> | undefined;
  /** Runs for this route only, after global middleware. */
  readonly middleware?: (M & NoInfer<NeedsMet<M, Env['state']>>) | undefined;
  // Spelled out, so that editors show these types and not the schemas they come from.
  handler(
    ctx: Context<{
      params: OutputOr<Params, Unread>;
      query: OutputOr<Query, QueryParams>;
      body: OutputOr<Body, undefined>;
      headers: OutputOr<Headers, unknown>;
      cookies: OutputOr<Cookies, RequestCookies>;
      state: Env['state'] & StateOf<M>;
      services: Env['services'];
      reply: RepliesOf<Response>;
    }>,
  ): Result;
}

/** What the `create…Route` functions take, by the type of `schema`. */
export type RouteOptions<
  S = RouteSchemas,
  M extends readonly MiddlewareInput[] = readonly MiddlewareInput[],
  Result = unknown,
  Env extends AppEnv = GlobalEnv,
> = RouteDefinition<
  Known<S, 'params'>,
  Known<S, 'query'>,
  Known<S, 'body'>,
  Known<S, 'response'>,
  M,
  Result,
  Env,
  Known<S, 'headers'>,
  Known<S, 'cookies'>
>;

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
  S = RouteSchemas,
  M extends readonly MiddlewareInput[] = readonly MiddlewareInput[],
  Result = unknown,
  Env extends AppEnv = GlobalEnv,
  Unread = PathParams,
> extends RouteDefinition<
  Known<S, 'params'>,
  Known<S, 'query'>,
  Known<S, 'body'>,
  Known<S, 'response'>,
  M,
  Result,
  Env,
  Known<S, 'headers'>,
  Known<S, 'cookies'>,
  Unread
> {
  readonly method: Method;
  /** The path given to the maker, as file names have it: `/users/[id]`. Undefined if there was none. */
  readonly path?: string | undefined;
}

/** A route of any schemas and middleware. */
export interface AnyRoute extends RouteSettings {
  readonly path?: string | undefined;
  readonly schema?: RouteSchema | undefined;
  readonly middleware?: readonly MiddlewareInput[] | undefined;
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
  /** Which export of the file it is: `GET`, or `default.GET` for one of the default export. */
  readonly exportName?: string | undefined;
  readonly schema: RouteSchema | undefined;
  /** The names of the middleware of its folders and its own, in order; `anonymous` for a function without one. */
  readonly middleware: readonly string[];
  /** The route's `meta`; an empty object if it has none. */
  readonly meta: RouteMeta;
  /** The route's `docs`; an empty object if it has none. */
  readonly docs: RouteDocs;
  /** What this middleware requires of clients, in order. */
  readonly security: readonly SecuritySchemes[];
  /** The route's `constraints`; undefined if it has none. */
  readonly constraints?: RouteConstraints | undefined;
  /** The protocol that may take over the connection, such as `websocket`. */
  readonly tunnel: string | undefined;
}
