import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';

/** Header fields by lower-case name. A field with several lines is a list. */
export type HeaderFields = Record<string, string | string[] | undefined>;

/** A value for a header field: a list makes one line of each item, `undefined` removes the field. */
export type HeaderValue = string | number | readonly string[] | undefined;

/** The HTTP version of a request. */
export type Protocol = 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';

/** Node's own object for a request: over HTTP/1.1, over HTTP/2, in process. */
export type RawRequest = IncomingMessage | ServerHttp2Stream | Request;

/** Node's own object for a response: over HTTP/1.1, over HTTP/2. */
export type RawResponse = ServerResponse | ServerHttp2Stream;
