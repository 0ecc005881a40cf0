import type { WebSocketRequestOptions } from '../websocket/outstanding.ts';

/** What a client and a route say to each other: `MessagesOf<typeof GET>`. */
export type MessagesOf<Route> = Route extends {
  readonly '~messages'?: infer Messages extends Conversation;
}
  ? Messages
  : Conversation;

/** What a route of `createWebSocketRoute()` takes and gives. */
export interface Conversation {
  /** Messages of the client. */
  readonly in: unknown;
  /** Messages to the client. */
  readonly out: unknown;
  /** Requests of the client, by their names. */
  readonly requests: Readonly<
    Record<string, { readonly data: unknown; readonly reply: unknown; readonly idempotent: boolean }>
  >;
  /** Requests to the client, by their names. */
  readonly answers: Readonly<Record<string, { readonly data: unknown; readonly reply: unknown }>>;
}

/** What is used of a `WebSocket`. */
export interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: (event: never) => void): void;
}

/** What `WebSocket` is. */
export type WebSocketConstructor = new (url: string, protocols?: string[]) => WebSocketLike;

/** The options of a request of {@link LiveWebSocket}. */
export type LiveRequestOptions<Idempotent> = WebSocketRequestOptions & {
  /**
   * Asks again if the connection breaks before the answer, instead of rejecting. Only for requests that the route declares as
   * `idempotent`. Default: false.
   */
  readonly again?: (Idempotent extends true ? boolean : false) | undefined;
};

/** The options of `connectWebSocket()`. */
export interface LiveWebSocketOptions<Messages extends Pick<Conversation, 'out' | 'answers'>> {
  /** Called for each message. */
  readonly message?: ((message: Messages['out']) => void) | undefined;
  /** Called whenever it is connected. `isAgain` if it was before: load what may have been missed, or use `resume`. */
  readonly open?: ((isAgain: boolean) => void) | undefined;
  /**
   * Called whenever the connection has ended. `isFinal` unless it is made again.
   */
  readonly close?:
    | ((close: { readonly code: number; readonly reason: string; readonly isFinal: boolean }) => void)
    | undefined;
  /**
   * Answers the requests of the server. What a listener returns, or its promise resolves with, is the answer. If it fails, the
   * server only learns that. `signal` aborts if the server gives up, and when the connection ends.
   */
  readonly answers?:
    | {
        readonly [Name in keyof Messages['answers']]?: (
          data: Messages['answers'][Name]['data'],
          signal: AbortSignal,
        ) => Messages['answers'][Name]['reply'] | Promise<Messages['answers'][Name]['reply']>;
      }
    | undefined;
  /**
   * Continues in rooms that have a `log` after the connection was lost: messages that were missed arrive first, in order and none
   * twice. Adds `resume` to the URL. Default: false.
   */
  readonly resume?: boolean | undefined;
  /** With `resume`: called if messages of a room are lost, since it was too long ago. Load again what you need. */
  readonly reset?: ((room: string) => void) | undefined;
  readonly protocols?: readonly string[] | undefined;
  /** Milliseconds before the second attempt, at most; they double with each one. Default: 500. */
  readonly minDelay?: number | undefined;
  /** Milliseconds between attempts, at most. Default: 30,000. */
  readonly maxDelay?: number | undefined;
  /** Messages that wait for a connection. Default: 100. */
  readonly queueLimit?: number | undefined;
  /** Requests that wait for answers. More are rejected. Default: 100. */
  readonly maxRequests?: number | undefined;
  /** Default: the global `WebSocket`. */
  readonly WebSocket?: WebSocketConstructor | undefined;
}

/** A WebSocket that connects again. */
export interface LiveWebSocket<Messages extends Pick<Conversation, 'in' | 'requests'>> {
  /** Whether it is connected. */
  readonly isOpen: boolean;
  /**
   * Sends a message, or keeps it until there is a connection. One that is sent just before a connection breaks may be lost.
   *
   * @returns false if it is closed for good, or too many messages wait
   */
  send(message: Messages['in']): boolean;
  /**
   * Asks the server, and resolves with its answer. Without a connection, it waits for one. If the connection breaks before the
   * answer, it rejects, or asks again if it is told to (`again`). A rejection that is not handled is not reported.
   *
   * @returns rejects with a {@link WebSocketRequestError}, whose `code` says why: that of the server's problem details,
   *   `ERR_BLAIZE_WEBSOCKET_LOST`, `…_TIMEOUT`, `…_ABORTED`, or `…_REQUEST` for what was not sent
   */
  request<const Name extends keyof Messages['requests'] & string>(
    name: Name,
    data: Messages['requests'][Name]['data'],
    options?: LiveRequestOptions<Messages['requests'][Name]['idempotent']>,
  ): Promise<Messages['requests'][Name]['reply']>;
  /**
   * Closes it for good.
   *
   * @param code 1000, or one from 3000 to 4999. Default: 1000
   * @param reason up to 123 bytes. Default: none
   * @throws RangeError for any other code
   */
  close(code?: number, reason?: string): void;
}
