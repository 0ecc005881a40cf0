/** What `fetch` takes as a body. Browsers have a name for it, Node has another. */
export type FetchBody = NonNullable<RequestInit['body']>;

/** What a header, a param or a value of the query may be. `undefined` leaves it out. */
export type Scalar = string | number | boolean | bigint | Date | undefined;

/** Headers as an object, or as `Headers` and lists of pairs. */
export type HeadersInput =
  { readonly [name: string]: string | number | boolean | undefined } | Iterable<readonly [string, string]>;

/** Sends a request: `fetch`, `app.fetch`, or the binding of a worker. */
export type Fetcher = (request: Request) => Promise<Response>;

/** What answers in process: an app or a server of BlaizeJS, or anything else with a `fetch`. */
export interface FetchTarget {
  fetch(request: Request): Promise<Response>;
}

/** A request before it is sent. `onRequest` may change its headers and URL. */
export interface ClientRequest {
  readonly method: string;
  /** As the route has it: `/users/[id]`. */
  readonly path: string;
  readonly headers: Headers;
  url: string;
  /** 1 for the first. */
  readonly attempt: number;
}

/** When a call is tried again. */
export interface RetryOptions {
  /** The number of retries after the first attempt. Default: 2. */
  readonly limit?: number | undefined;
  /** The methods to retry. Default: GET, HEAD, PUT, DELETE and OPTIONS, which have the same effect if they arrive twice. */
  readonly methods?: readonly string[] | undefined;
  /** The statuses to retry, besides network failures. Default: 408, 429, 502, 503 and 504. */
  readonly statuses?: readonly number[] | undefined;
  /** Milliseconds; a longer `Retry-After` ends the attempts. Default: 30,000. */
  readonly maxDelay?: number | undefined;
}

/** The options of a client. */
export interface ClientOptions {
  /** Sent with each request. A function is called for each attempt, so that it can give a new token. */
  readonly headers?: HeadersInput | (() => HeadersInput | Promise<HeadersInput>) | undefined;
  /**
   * Milliseconds for a call with all its attempts, until the answer has been read; for `response`, `readLines` and `readEvents`, until
   * its head is there. 0 for none. Default: 30,000.
   */
  readonly timeout?: number | undefined;
  /** When a call is tried again; a number is the `limit`, and 0 is never. A body that is a stream is sent once. */
  readonly retry?: number | RetryOptions | undefined;
  /** The largest body in bytes, and the longest line or event in characters, that is read. 0 for none. Default: 0. */
  readonly responseLimit?: number | undefined;
  /** Whether a browser sends cookies. Default: its own, `same-origin`. */
  readonly credentials?: RequestInit['credentials'] | undefined;
  /**
   * What happens with redirects. Default: `follow`. To another origin, `fetch` sends neither `authorization` nor `cookie`, but all
   * other headers, and after a 307 or 308 the body.
   */
  readonly redirect?: RequestInit['redirect'] | undefined;
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: Fetcher | undefined;
  /** Called before each attempt. */
  readonly onRequest?: ((request: ClientRequest) => unknown) | undefined;
  /** Called with each answer, before its body is read. */
  readonly onResponse?: ((response: Response, request: ClientRequest) => unknown) | undefined;
  /** Called once with what a call fails with. An `Error` that it returns is thrown in its place. */
  readonly onError?: ((error: Error, request: Pick<ClientRequest, 'method' | 'path'>) => unknown) | undefined;
}

/** The options of a call that do not depend on its route. */
export interface CallSettings {
  /** Aborts the call, or the stream that it returned. */
  readonly signal?: AbortSignal | null | undefined;
  /** Replaces the client's. */
  readonly timeout?: number | undefined;
  /** Replaces the client's; parts that are left out keep the client's value. */
  readonly retry?: number | RetryOptions | undefined;
}

/** The options of one call, before its route gives them types. */
export interface AnyCallOptions extends CallSettings {
  readonly params?: object | undefined;
  readonly query?: object | undefined;
  readonly headers?: HeadersInput | undefined;
  readonly body?: unknown;
  readonly contentType?: string | undefined;
}

/** The options of an event stream. */
export interface EventOptions {
  /**
   * Whether to connect again, with the id of the last event, when the stream ends or breaks: after 3 seconds, or what the server
   * says, and 100 ms or more. While that fails, it waits longer, up to `retry.maxDelay` more. A 204 ends it, and so does an
   * error status that `retry` does not name. Default: false.
   */
  readonly reconnect?: boolean | undefined;
  /**
   * Milliseconds without a byte after which the connection counts as broken; 0 for never. The server has to send something from
   * time to time, as `createSSERoute()` does every 15 seconds. Default: 0.
   */
  readonly idleTimeout?: number | undefined;
  /** The id to continue after, from an earlier stream. */
  readonly lastEventId?: string | undefined;
}
