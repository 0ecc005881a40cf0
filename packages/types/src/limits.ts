/**
 * Upper bounds on what a client may do. Each limit has a safe default; what Node does without it is in brackets. A request
 * that exceeds one is refused with a status and problem details, or, if no answer is possible, by closing the connection.
 * Either way it is counted in `server.limitHits`.
 */
export interface Limits {
  /** Bytes of all headers of a request; more is 431. Default: 16 384 [HTTP/1.1 16 384, HTTP/2 65 535]. */
  readonly maxHeaderSize: number;
  /** Header lines of a request; more is 431. Default: 128 [HTTP/1.1 drops those after 1 000, HTTP/2 128]. */
  readonly maxHeadersCount: number;
  /** Characters of path and query; more is 414. Default: 8 192 [what `maxHeaderSize` allows]. */
  readonly maxUrlLength: number;
  /** Characters of one parameter of a path, decoded; more is 414. Default: 2 048. */
  readonly maxParamLength: number;
  /** Milliseconds for the TLS handshake, after which the connection is closed. Default: 10 000 [120 000]. */
  readonly handshakeTimeout: number;
  /** Milliseconds for the head of a request, after which it gets 408. 0: none. Default: 15 000 [60 000]. */
  readonly headersTimeout: number;
  /** Milliseconds for a whole request to arrive, body included, before it gets 408. 0: none. Default: 300 000 [300 000]. */
  readonly requestTimeout: number;
  /**
   * Milliseconds to answer a request once it has arrived, before it gets 503. A stream counts until its first chunk.
   * 0: none. Default: 120 000 [none].
   */
  readonly handlerTimeout: number;
  /**
   * Milliseconds for which a connection without requests stays open. Over HTTP/2, a connection whose client reads nothing
   * is closed after twice that time. 0: forever. Default: 65 000 [HTTP/1.1 5 000, HTTP/2 none].
   */
  readonly keepAliveTimeout: number;
  /** Connections at a time; further ones are closed at once. 0: any number. Default: 10 000 [any number]. */
  readonly maxConnections: number;
  /** Requests after which a connection is closed gracefully. 0: any number. Default: 0 [any number]. */
  readonly maxRequestsPerSocket: number;
  /**
   * Milliseconds after which a connection is closed gracefully, varied by up to a tenth: HTTP/2 gets GOAWAY, HTTP/1.1
   * `Connection: close` with its next answer. Clients then connect again, perhaps to another process. 0: none.
   * Default: 0 [none].
   */
  readonly maxConnectionAge: number;
  /** HTTP/2: concurrent requests on one connection; more are refused (REFUSED_STREAM). Default: 100 [any number]. */
  readonly maxConcurrentStreams: number;
  /** HTTP/2: megabytes that one connection may hold, beyond which new streams are refused. Default: 10 [10]. */
  readonly maxSessionMemory: number;
  /**
   * HTTP/2: streams that may be reset in a burst before the connection is closed (CVE-2023-44487); on Node 20 no more
   * than 1 000, and 33 a second. Default: 1 000 [1 000].
   */
  readonly streamResetBurst: number;
  /** HTTP/2: streams that may be reset per second, sustained. Default: 33 [33]. */
  readonly streamResetRate: number;
}

/** The option `limits`: the limits that differ from their defaults. */
export type LimitOptions = { readonly [Name in keyof Limits]?: Limits[Name] | undefined };

/** The limits by the names of their options; `tls` are connections in cleartext to a port that speaks TLS. */
export type LimitName = keyof Limits | 'bodyLimit' | 'tls';
