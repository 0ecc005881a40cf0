import type {
  AnyContext,
  AnySchema,
  AppEnv,
  Immutable,
  MiddlewareInput,
  NeedsMet,
  ParamsOfPath,
  PathParams,
  RegisteredEnv,
  Route,
  RouteDefinition,
  RouteSchemas,
  RouteSettings,
  SchemaInput,
  SchemaOutput,
} from '@blaizejs/types';

import type { WebSocketClose } from './close-codes.ts';
import type { Format } from './codec.ts';
import type {
  Answers,
  Ask,
  NoRequests,
  RequestSchemas,
  RequestsOfClient,
  RequestsToClient,
} from './request-types.ts';

/** One WebSocket, on the server. */
export interface ServerSocket<Out = unknown, Ctx = AnyContext, Asks = NoRequests> {
  /** The context of the request that opened it, with its parameters, headers, and what middleware found. */
  readonly ctx: Ctx;
  /** Unique among all processes. */
  readonly id: string;
  /** The subprotocol that both sides speak; empty for none. */
  readonly protocol: string;
  /** Whether messages can be sent: neither side has begun to close it. */
  readonly isOpen: boolean;
  /** Bytes that wait for the client. */
  readonly queued: number;
  /** Aborts as soon as it is closed, also while a listener runs. */
  readonly signal: AbortSignal;
  /**
   * Sends a message. Await it to go as fast as the client reads: it resolves once the message has left this process, or with
   * `false` if it never will, because the socket is closed or the client reads too slowly (`slow`). It never rejects: a message
   * that does not fit the schema is logged, and closes the socket with 1011.
   */
  readonly send: (message: Out) => Promise<boolean>;
  /**
   * Asks the client, if the route has `requests.out`, and resolves with its answer. While a listener waits for it, what else the
   * client sends is read ahead, up to 64 KiB. Nobody has to await it: a rejection that is not handled does no harm.
   *
   * @param data what the schema `data` of that kind of request takes
   * @returns rejects with a {@link WebSocketRequestError}, whose `code` says why: the client has answered with an error or with
   *   what does not fit `reply`, the socket has closed, or the `timeout` of 10 seconds is over
   */
  readonly request: Ask<Asks>;
  /**
   * Closes it after what is queued. Does nothing if it is closed.
   *
   * @param code 1000, one from 3000 to 4999, or another that RFC 6455 section 7.4.1 lets applications send. Default: 1000
   * @param reason up to 123 bytes. Default: none
   * @throws RangeError if a close frame cannot have this code or reason
   */
  close(code?: number, reason?: string): void;
  /** Cuts the connection at once, without a close frame. */
  terminate(): void;
}

/** The schemas of messages. */
export interface MessageSchemas<In, Out> {
  /** Messages from clients. One that does not fit closes its socket with 1008. Default: anything. */
  readonly in?: In | undefined;
  /** Messages to clients; it has to be synchronous. What it returns is sent. Default: anything. */
  readonly out?: Out | undefined;
}

/** What a listener gets for a message from a client. */
export type MessageFrom<In, F extends Format = 'json'> = In extends AnySchema
  ? SchemaOutput<In>
  : F extends 'raw'
    ? string | Buffer
    : unknown;

/** What can be sent to clients. */
export type MessageTo<Out, F extends Format = 'json'> = Out extends AnySchema
  ? Immutable<SchemaInput<Out>>
  : F extends 'raw'
    ? string | Uint8Array
    : unknown;

/** Limits and other settings of the sockets of a route. */
export interface WebSocketSettings {
  /** The subprotocols that the route speaks. The first of them that a client offers is chosen, in its order. Default: none. */
  readonly protocols?: readonly string[] | undefined;
  /**
   * Whose pages may connect, besides those of the server's own origin: origins such as `https://app.example.com`, patterns
   * that match a whole origin, or `'any'`. Clients without an `Origin` are no browsers, and may connect. Default: none.
   */
  readonly trustedOrigins?: readonly (string | RegExp)[] | 'any' | undefined;
  /** Compresses messages of `threshold` bytes or more (RFC 7692), if the client does, too. `true` is 1,024. Default: false. */
  readonly compress?: boolean | { readonly threshold?: number | undefined } | undefined;
  /** Bytes of a message from a client, after inflation. A larger one closes its socket with 1009. Default: 1 MiB. */
  readonly maxMessageSize?: number | undefined;
  /** Frames that a message may be in. More close the socket with 1008. Default: 1,024. */
  readonly maxFrames?: number | undefined;
  /** Messages and pings per second from a client. More close its socket with 1008. Default: 0 for no limit. */
  readonly maxMessageRate?: number | undefined;
  /** Requests of a client that are answered at a time. The next ones wait, and nothing more is read. Default: 16. */
  readonly maxRequests?: number | undefined;
  /** Bytes that may wait for a client that reads slowly. Default: 1 MiB. */
  readonly queueLimit?: number | undefined;
  /** What happens beyond `queueLimit`: the connection is cut, or the message dropped. Default: `'disconnect'`. */
  readonly slow?: 'disconnect' | 'drop' | undefined;
  /** Milliseconds between pings. A client that does not answer until the next one is cut off; 0 for no pings. Default: 30,000. */
  readonly pingInterval?: number | undefined;
  /** Milliseconds that a client has to answer a close frame. Default: 5,000. */
  readonly closeTimeout?: number | undefined;
}

type ContextOf<
  Params,
  Query,
  Headers,
  Cookies,
  M extends readonly MiddlewareInput[],
  Env extends AppEnv,
  Unread,
> = Parameters<
  RouteDefinition<Params, Query, undefined, undefined, M, unknown, Env, Headers, Cookies, Unread>['handler']
>[0];

/**
 * What {@link createWebSocketRoute} takes.
 *
 * Listeners of one socket run one after the other, each in the context of its request (`useContext()`). If one fails, the error
 * is logged, and the socket is closed with 1011.
 */
export interface WebSocketRouteOptions<
  Params,
  Query,
  Headers,
  Cookies,
  In,
  Out,
  M extends readonly MiddlewareInput[],
  F extends Format = 'json',
  Env extends AppEnv = RegisteredEnv,
  Unread = PathParams,
  Asked extends RequestSchemas = NoRequests,
  Asks extends RequestSchemas = NoRequests,
>
  extends WebSocketSettings, Pick<RouteSettings, 'meta' | 'docs' | 'handlerTimeout'> {
  /** The schemas of the request. One that does not fit is refused with 400. */
  readonly schema?:
    | Pick<
        RouteSchemas<Params, Query, undefined, undefined, Headers, Cookies>,
        'params' | 'query' | 'headers' | 'cookies'
      >
    | undefined;
  /** Runs before the socket is opened, after global middleware. What it answers refuses the socket. */
  readonly middleware?: (M & NoInfer<NeedsMet<M, Env['state']>>) | undefined;
  readonly messages?: MessageSchemas<In, Out> | undefined;
  /**
   * Requests, whose answers are awaited: `in` has those of clients, which `answers` answers, and `out` those to clients, for
   * `socket.request()`. Needs `format: 'json'`.
   */
  readonly requests?: { readonly in?: Asked | undefined; readonly out?: Asks | undefined } | undefined;
  /**
   * Answers the requests of clients: what a listener returns is the answer. If it throws an `HttpError`, the client gets its
   * problem details; any other error is logged, and the client gets those of a 500. The socket stays open. Several may run at
   * a time, up to `maxRequests`.
   */
  readonly answers?:
    | Answers<
        Asked,
        ServerSocket<MessageTo<Out, F>, ContextOf<Params, Query, Headers, Cookies, M, Env, Unread>, Asks>
      >
    | undefined;
  /** `'json'`: each message is a JSON text. `'raw'`: messages are strings and bytes. Default: `'json'`. */
  readonly format?: F | undefined;
  /** Runs when it is open. No message is read before it has ended: do not await in it what lasts as long as the socket. */
  open?(
    socket: ServerSocket<MessageTo<Out, F>, ContextOf<Params, Query, Headers, Cookies, M, Env, Unread>, Asks>,
  ): unknown;
  /** Runs for each message. The next one is not read before it has ended. */
  message?(
    socket: ServerSocket<MessageTo<Out, F>, ContextOf<Params, Query, Headers, Cookies, M, Env, Unread>, Asks>,
    message: MessageFrom<In, F>,
  ): unknown;
  /** Runs once, after all other listeners, whichever way the socket has ended. */
  close?(
    socket: ServerSocket<MessageTo<Out, F>, ContextOf<Params, Query, Headers, Cookies, M, Env, Unread>, Asks>,
    close: WebSocketClose,
  ): unknown;
}

/** A route that opens WebSockets. */
export interface WebSocketRoute<
  Params,
  Query,
  Headers,
  Cookies,
  In,
  Out,
  M extends readonly MiddlewareInput[],
  F extends Format = 'json',
  Env extends AppEnv = RegisteredEnv,
  Unread = PathParams,
  Asked extends RequestSchemas = NoRequests,
  Asks extends RequestSchemas = NoRequests,
> extends Route<
  'GET',
  RouteSchemas<Params, Query, undefined, undefined, Headers, Cookies>,
  M,
  void,
  Env,
  Unread
> {
  /** For clients, in types only: the messages that they send, and those that they get. */
  readonly '~messages'?: {
    readonly in: In extends AnySchema ? SchemaInput<In> : MessageTo<undefined, F>;
    readonly out: Out extends AnySchema ? SchemaOutput<Out> : MessageFrom<undefined, F>;
    readonly requests: RequestsOfClient<Asked>;
    readonly answers: RequestsToClient<Asks>;
  };
}

/** Makes routes that open WebSockets. The type of each schema is inferred; `undefined` for one that is not given. */
export interface WebSocketRouteMaker<Env extends AppEnv = RegisteredEnv> {
  <
    const M extends readonly MiddlewareInput[] = [],
    Params extends AnySchema | undefined = undefined,
    Query extends AnySchema | undefined = undefined,
    Headers extends AnySchema | undefined = undefined,
    Cookies extends AnySchema | undefined = undefined,
    In extends AnySchema | undefined = undefined,
    Out extends AnySchema | undefined = undefined,
    F extends Format = 'json',
    const Asked extends RequestSchemas = NoRequests,
    const Asks extends RequestSchemas = NoRequests,
  >(
    options: WebSocketRouteOptions<
      Params,
      Query,
      Headers,
      Cookies,
      In,
      Out,
      M,
      F,
      Env,
      PathParams,
      Asked,
      Asks
    >,
  ): WebSocketRoute<Params, Query, Headers, Cookies, In, Out, M, F, Env, PathParams, Asked, Asks>;
  <
    const Path extends `/${string}`,
    const M extends readonly MiddlewareInput[] = [],
    Params extends AnySchema | undefined = undefined,
    Query extends AnySchema | undefined = undefined,
    Headers extends AnySchema | undefined = undefined,
    Cookies extends AnySchema | undefined = undefined,
    In extends AnySchema | undefined = undefined,
    Out extends AnySchema | undefined = undefined,
    F extends Format = 'json',
    const Asked extends RequestSchemas = NoRequests,
    const Asks extends RequestSchemas = NoRequests,
  >(
    path: Path,
    options: WebSocketRouteOptions<
      Params,
      Query,
      Headers,
      Cookies,
      In,
      Out,
      M,
      F,
      Env,
      ParamsOfPath<Path>,
      Asked,
      Asks
    >,
  ): WebSocketRoute<Params, Query, Headers, Cookies, In, Out, M, F, Env, ParamsOfPath<Path>, Asked, Asks>;
}
