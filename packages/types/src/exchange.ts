import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ServerHttp2Stream } from 'node:http2';
import type { Readable, Writable } from 'node:stream';

/** Header fields by lower-case name. A field that came or goes more than once is a list. */
export type HeaderFields = Record<string, string | string[] | undefined>;

/** What can be written in one piece. */
export type Payload = string | Uint8Array;

/** What Node has for a request: over HTTP/1.1, over HTTP/2, in process. */
export type RawRequest = IncomingMessage | ServerHttp2Stream | Request;

/** What Node has for a response: over HTTP/1.1, over HTTP/2. */
export type RawResponse = ServerResponse | ServerHttp2Stream;

/** The HTTP version that a request came with. */
export type Protocol = 'HTTP/1.0' | 'HTTP/1.1' | 'HTTP/2';

/**
 * One request together with its response, as RFC 9110 uses the word. An adapter makes one from what its
 * protocol gives it, and it is all that the rest of the framework knows of the wire.
 *
 * @internal Public only for those who write an adapter.
 */
export interface Exchange {
  /** The method as it was sent; methods are case-sensitive (RFC 9110 section 9.1). */
  readonly method: string;
  /** The path and query in origin form (`/users?limit=1`), or `*`. */
  readonly target: string;
  /** Host and port as the client named them, empty when it named none. */
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: Protocol;
  readonly headers: HeaderFields;
  /** The peer's IP address, or undefined where there is none (in-process) or it has left. */
  readonly remoteAddress: string | undefined;
  /** Whether the head of the response was handed to the protocol. */
  readonly responded: boolean;
  /** Whether the client left before its answer was complete. */
  readonly aborted: boolean;
  /** Whether the request announces content. */
  readonly hasBody: boolean;
  /** Whether content of the request is still on its way. */
  readonly receiving: boolean;
  /** What Node has for this request. */
  readonly rawRequest: RawRequest;
  /** What Node has for this response; undefined in process. */
  readonly rawResponse: RawResponse | undefined;
  /** Set by who has read as much content as was announced, which may be before the stream has ended. */
  bodyComplete: boolean;
  /** The request's content; asking for it answers `Expect: 100-continue` (RFC 9110 section 10.1.1). */
  body(): Readable;
  /** Writes a whole response. `null` writes no content, whatever the headers say (HEAD, 204, 304). */
  respond(status: number, headers: HeaderFields, payload: Payload | null): void;
  /** Writes the head of a response and gives what its content is written to. */
  respondStream(status: number, headers: HeaderFields): Writable;
  /** Ends the exchange at once: a stream is reset, a connection that can't be reset is closed. */
  abort(error?: Error): void;
  /** Calls `listener` when the exchange is over, at once if it is; `aborted` then says how. */
  onClose(listener: () => void): void;
}
