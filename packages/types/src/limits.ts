/**
 * What clients may do at the most. Each limit has a safe default; what Node does without it is in brackets. What goes
 * beyond is refused with a status and problem details, or where no answer is possible by ending the connection, and is
 * counted in `server.limitHits`.
 */
export interface Limits {
  /** Bytes of all header fields of a request; more is 431. Default: 16 384 [HTTP/1.1 16 384, HTTP/2 65 535]. */
  readonly maxHeaderSize: number;
  /** Header field lines of a request; more is 431. Default: 128 [HTTP/1.1 drops those after 1 000, HTTP/2 128]. */
  readonly maxHeadersCount: number;
  /** Characters of path and query; more is 414. Default: 8 192 [what `maxHeaderSize` allows]. */
  readonly maxUrlLength: number;
  /** Characters of one parameter of a path, decoded; more is 414. Default: 2 048. */
  readonly maxParamLength: number;
  /** Milliseconds for the TLS handshake, after which the connection ends. Default: 10 000 [120 000]. */
  readonly handshakeTimeout: number;
  /** Milliseconds for the head of a request, after which it gets 408. 0: none. Default: 15 000 [60 000]. */
  readonly headersTimeout: number;
  /** Milliseconds until a request is there with all its content, or gets 408. 0: none. Default: 300 000 [300 000]. */
  readonly requestTimeout: number;
  /**
   * Milliseconds in which a request, once it is there, has to be answered, or gets 503. A stream counts until its
   * first chunk. 0: none. Default: 120 000 [none].
   */
  readonly handlerTimeout: number;
  /**
   * Milliseconds that a connection without requests stays open, over HTTP/2 also one whose client takes nothing for twice
   * as long. 0: for ever. Default: 65 000 [HTTP/1.1 5 000, HTTP/2 none].
   */
  readonly keepAliveTimeout: number;
  /** Connections at a time; more are closed as they come. 0: any number. Default: 10 000 [any number]. */
  readonly maxConnections: number;
  /** Requests after which a connection is ended in the way of its protocol. 0: any number. Default: 0 [any number]. */
  readonly maxRequestsPerSocket: number;
  /** HTTP/2: requests at a time over one connection; more are refused (REFUSED_STREAM). Default: 100 [any number]. */
  readonly maxConcurrentStreams: number;
  /** HTTP/2: megabytes that one connection may hold, beyond which new streams are refused. Default: 10 [10]. */
  readonly maxSessionMemory: number;
  /**
   * HTTP/2: streams that may be reset at once before the connection is ended (CVE-2023-44487); on Node 20 at the most
   * 1 000, and 33 a second. Default: 1 000 [1 000].
   */
  readonly streamResetBurst: number;
  /** HTTP/2: streams per second that may be reset for ever. Default: 33 [33]. */
  readonly streamResetRate: number;
}

/** The option `limits`: those that are to be others than by default. */
export type LimitOptions = { readonly [Name in keyof Limits]?: Limits[Name] | undefined };

/** The limits by the names of their options. */
export type LimitName = keyof Limits | 'bodyLimit';
