import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';

/** Headers by lower-case name. A header with several lines is a list. */
export type HeaderFields = Record<string, string | string[] | undefined>;

/** The value of a header: a list becomes one line for each item, `undefined` removes the header. */
export type HeaderValue = string | number | readonly string[] | undefined;

/** The HTTP version of a request. */
export type Protocol = 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';

/** Node's own object for a request: over HTTP/1.1, over HTTP/2, in process. */
export type RawRequest = IncomingMessage | ServerHttp2Stream | Request;

/** Node's own object for a response: over HTTP/1.1, over HTTP/2. */
export type RawResponse = ServerResponse | ServerHttp2Stream;
