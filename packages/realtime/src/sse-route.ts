import { events as eventsSchema } from '@blaizejs/context';
import {
  checkOptions,
  type Check,
  callback,
  milliseconds,
  optional,
  options as shapeOf,
  orElse,
} from '@blaizejs/errors/internal';
import { createGetRoute } from '@blaizejs/router';
import type {
  AnyContext,
  AnySchema,
  AppEnv,
  EventSchemas,
  MiddlewareInput,
  NamedEventsSchema,
  OtherAnswer,
  ParamsOfPath,
  PathParams,
  RegisteredEnv,
  Reply,
  ResultFor,
  Route,
  RouteDefinition,
  RouteSchemas,
  RouteSettings,
  Schema,
} from '@blaizejs/types';

import { buffer as checkBuffer, type BufferOptions } from './buffer.ts';
import type { EventSubscription, Topic } from './channel.ts';
import { dataCheckOf } from './check-data.ts';
import { eventSchemas } from './event-schemas.ts';
import type { EventInput, EventOutput } from './event-types.ts';
import { answerWithEvents } from './answer-with-events.ts';

/** The stream that a handler answers with. */
export interface SSEStream {
  /** What the client sent as `Last-Event-ID`: the id of the last event that it has had. Undefined for a new client. */
  readonly lastEventId: string | undefined;
  /** Aborts when the stream is over: the client has left, the server stops, or the client reads too slowly. */
  readonly signal: AbortSignal;
}

/**
 * What the handler of an SSE route may return: a topic, which is followed from the client's last event on; anything that
 * yields events, such as an async generator; or another answer. A 204 tells clients not to come back.
 */
export type SSEResult<Events extends EventSchemas> =
  | Topic<Events>
  | EventSubscription<Events>
  | AsyncIterable<EventInput<Events> | EventOutput<Events>>
  | Reply<204, null>
  | OtherAnswer;

/** The response schema of an SSE route. */
export type SSEResponse<Events extends EventSchemas> = NamedEventsSchema<
  Events & { readonly reset: Schema<null> }
>;

/** What the route answers with. */
type SSEAnswer<Events extends EventSchemas> = Promise<ResultFor<SSEResponse<Events>>>;

/** The options of {@link createSSERoute}. */
export interface SSERouteDefinition<
  Events extends EventSchemas,
  M extends readonly MiddlewareInput[],
  Params = undefined,
  Query = undefined,
  Headers = undefined,
  Cookies = undefined,
  Env extends AppEnv = RegisteredEnv,
  Unread = PathParams,
> extends RouteSettings {
  /** The schemas of params, query, headers and cookies. */
  readonly schema?: Omit<
    RouteSchemas<Params, Query, undefined, undefined, Headers, Cookies>,
    'body' | 'response'
  >;
  /** Runs before the stream begins: who it refuses gets an ordinary answer. */
  readonly middleware?: RouteDefinition<Params, Query, undefined, undefined, M, unknown, Env>['middleware'];
  /** The schemas of the `data` of events, by their names. */
  readonly events: Events;
  /** Milliseconds without an event after which a comment is sent, so that proxies keep the connection; 0 for never. Default: 15,000. */
  readonly heartbeat?: number | undefined;
  /**
   * Milliseconds that clients wait before they connect again. Of a range, each stream gets another, so that clients do not come
   * back all at once. Default: `[1_000, 5_000]`.
   */
  readonly retry?: number | readonly [from: number, to: number] | undefined;
  /** What happens with clients that read slowly, if the handler returns a topic. Default: the channel's. */
  readonly buffer?: BufferOptions | undefined;
  /**
   * How data becomes text. Default: JSON, which `readEvents()` of `@blaizejs/client` reads. For pages that put fragments of HTML
   * in place: `String`.
   */
  readonly encode?: ((data: unknown) => string) | undefined;
  handler(
    ctx: SSEContext<Params, Query, M, Env, Headers, Cookies, Unread>,
    stream: SSEStream,
  ): SSEResult<Events> | Promise<SSEResult<Events>>;
}

type SSEContext<
  Params,
  Query,
  M extends readonly MiddlewareInput[],
  Env extends AppEnv,
  Headers,
  Cookies,
  Unread,
> = Parameters<
  RouteDefinition<Params, Query, undefined, undefined, M, unknown, Env, Headers, Cookies, Unread>['handler']
>[0];

/** Makes routes of server-sent events. */
export interface SSERouteMaker<Env extends AppEnv = RegisteredEnv> {
  <
    const Events extends EventSchemas,
    const M extends readonly MiddlewareInput[],
    Params extends AnySchema | undefined = undefined,
    Query extends AnySchema | undefined = undefined,
    Headers extends AnySchema | undefined = undefined,
    Cookies extends AnySchema | undefined = undefined,
  >(
    options: SSERouteDefinition<Events, M, Params, Query, Headers, Cookies, Env>,
  ): Route<
    'GET',
    RouteSchemas<Params, Query, undefined, SSEResponse<Events>, Headers, Cookies>,
    M,
    SSEAnswer<Events>,
    Env
  >;
  <
    const Path extends `/${string}`,
    const Events extends EventSchemas,
    const M extends readonly MiddlewareInput[],
    Params extends AnySchema | undefined = undefined,
    Query extends AnySchema | undefined = undefined,
    Headers extends AnySchema | undefined = undefined,
    Cookies extends AnySchema | undefined = undefined,
  >(
    path: Path,
    options: SSERouteDefinition<Events, M, Params, Query, Headers, Cookies, Env, ParamsOfPath<Path>>,
  ): Route<
    'GET',
    RouteSchemas<Params, Query, undefined, SSEResponse<Events>, Headers, Cookies>,
    M,
    SSEAnswer<Events>,
    Env,
    ParamsOfPath<Path>
  >;
}

type Range = readonly [from: number, to: number];

const RETRY = 'a whole number of milliseconds, or a range of them, such as [1_000, 5_000]';

const retry: Check<Range> = (value, path, report) => {
  const range: readonly unknown[] = Array.isArray(value) ? value : [value, value];
  const [from, to] = range as Range;
  const isWhole = [from, to].every((each) => Number.isSafeInteger(each) && each >= 0);
  if (range.length !== 2 || !isWhole || from > to) report(path, value, RETRY);
  return [from, to];
};

const check = shapeOf(
  {
    events: eventSchemas,
    heartbeat: orElse(milliseconds, 15_000),
    retry: orElse(retry, [1_000, 5_000]),
    buffer: optional(checkBuffer),
    encode: optional(callback<(data: unknown) => string>('(data) that returns a text')),
    handler: callback<(ctx: AnyContext, stream: SSEStream) => unknown>('(ctx, stream) that returns events'),
  },
  'an object such as { events: { price: Price }, handler: () => … }',
);

/** The schema of the data of a `reset`. It says what it is to OpenAPI, as Standard JSON Schema has it. */
const NULL = {
  '~standard': {
    version: 1,
    vendor: 'blaizejs',
    validate: (value: unknown) => (value === null ? { value } : { issues: [{ message: 'Expected null' }] }),
    jsonSchema: { input: () => ({ type: 'null' }), output: () => ({ type: 'null' }) },
  },
} as const;

/**
 * Makes a route that answers with server-sent events (HTML standard, section 9.2). It is a route like any other: middleware
 * runs before the stream begins, and a path types the parameters.
 *
 * ```ts
 * export const GET = createSSERoute('/quotes/[symbol]', {
 *   events: { price: z.object({ value: z.number() }) },
 *   handler: (ctx) => quotes.topic(ctx.request.params.symbol),
 * });
 * ```
 *
 * @throws ConfigurationError if an option is not valid
 */
export const createSSERoute: SSERouteMaker = ((first: unknown, second?: object) => {
  const path = typeof first === 'string' ? first : undefined;
  const given = (path === undefined ? first : second) as SSERouteDefinition<EventSchemas, []>;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- it is called as a function, as those of other routes
  const { events, heartbeat, retry, buffer, encode, handler, ...settings } = given;
  const checked = checkOptions(check, { events, heartbeat, retry, buffer, encode, handler });
  const of = path === undefined ? 'an SSE route' : `GET ${path}`;
  const answer = answerWithEvents({
    ...checked,
    toJson: dataCheckOf(of, events, encode),
    encode,
  });
  const route = {
    ...settings,
    schema: { ...settings.schema, response: eventsSchema({ ...events, reset: NULL }) },
    handler: answer,
  };
  const make = createGetRoute as (...args: readonly unknown[]) => unknown;
  return path === undefined ? make(route) : make(path, route);
}) as SSERouteMaker;
