import type { Duplex, Readable, Writable } from 'node:stream';

import type { FetchInfo } from './app.ts';
import type { HeaderFields, Protocol, RawRequest, RawResponse } from './http.ts';
import type { TlsPeer } from './tls-peer.ts';

/** A body that is written in one piece. */
export type Payload = string | Uint8Array;

/** How to send a streamed response. */
export interface StreamOptions {
  /** Called once the content has ended; sent as trailer fields (RFC 9110 section 6.5) if the protocol can. */
  readonly trailers?: (() => HeaderFields) | undefined;
  /** Send the head at once instead of with the first chunk. */
  readonly flush?: boolean | undefined;
}

/** A request to turn the connection, or the stream, into a tunnel: an Upgrade, or an extended CONNECT (RFC 8441). */
export interface Tunnel {
  /** The protocol inside it, in lower case: `websocket`. */
  readonly protocol: string;
  /**
   * Answers with 101 (HTTP/1.1) or 200 (HTTP/2) and returns the tunnel as a two-way stream. The exchange has then responded,
   * and lasts until the tunnel is closed.
   *
   * @param onOpen called with what is left of the exchange: it takes less memory, and should be kept instead of it
   */
  accept(headers: HeaderFields, onOpen?: (exchange: Exchange) => void): Duplex;
}

/** A reader of a body that reads it as a stream. */
export interface BodyUse {
  /** Whether it is still waiting for more. */
  readonly active: boolean;
  /** Ends it with an error: the rest will not arrive. */
  drop(reason: Error): void;
}

/**
 * One request and its response (an exchange in RFC 9110). An adapter creates it for its protocol; the rest of the framework
 * knows nothing else about the wire.
 */
export interface Exchange {
  /** As it was sent; methods are case-sensitive (RFC 9110 section 9.1). An extended CONNECT is a `GET` with a {@link Tunnel}. */
  readonly method: string;
  /** The path and query in origin form (`/users?limit=1`), or `*`. */
  readonly target: string;
  /** Host and port as the client named them; empty if it named none. */
  readonly authority: string;
  readonly scheme: 'http' | 'https';
  readonly protocol: Protocol;
  readonly headers: HeaderFields;
  /** Trailer fields of the request, once its content has ended (RFC 9110 section 6.5). */
  readonly requestTrailers: HeaderFields | undefined;
  /** The peer's IP address; undefined in process, and once the peer has left. */
  readonly remoteAddress: string | undefined;
  /** Undefined without TLS. */
  readonly peer: TlsPeer | undefined;
  /** Undefined if the client asks for no tunnel, or no route accepts it. */
  readonly tunnel: Tunnel | undefined;
  /** Whether the head of the response was passed to the protocol. */
  readonly responded: boolean;
  /** The status that was sent; 0 before that. Also set for answers through `rawResponse`. */
  readonly status: number;
  /** Whether the client left before its answer was complete. */
  readonly aborted: boolean;
  /** Whether the request announces content. */
  readonly hasBody: boolean;
  /** Whether content of the request is still on its way. */
  readonly receiving: boolean;
  /** What the caller of `fetch()` knows about the request. */
  readonly fetchInfo?: FetchInfo | undefined;
  readonly rawRequest: RawRequest;
  /** Undefined in process. */
  readonly rawResponse: RawResponse | undefined;
  /** Set by the reader of the body once it has read the announced length, which may be before the stream has ended. */
  bodyComplete: boolean;
  /** Set before it responds: the reason phrase, if it is not the usual one of its status. HTTP/2 has none. */
  statusText?: string | undefined;
  /** Set by a reader that reads the body as a stream. */
  bodyUse?: BodyUse | undefined;
  /**
   * The request's body. Calling this answers `Expect: 100-continue` (RFC 9110 section 10.1.1). If the request was answered
   * before the first call, the body is gone, and the stream is destroyed.
   */
  body(): Readable;
  /** Replaces the server's `requestTimeout` for this request; in milliseconds, 0 for none. */
  limitRequest(milliseconds: number): void;
  /** Sends 103 Early Hints (RFC 8297). Does nothing over HTTP/1.0, in process, and once the exchange has responded. */
  inform(status: 103, headers: HeaderFields): void;
  /**
   * Promises the answer to a GET of the same authority, and serves it as a request of its own (RFC 9113 section 8.4). Only HTTP/2 has
   * it.
   *
   * @returns whether it was promised
   */
  push?(target: string, headers: HeaderFields): boolean;
  /** Sends a whole response. `null` sends no body, whatever the headers announce (HEAD, 204, 304). */
  respond(status: number, headers: HeaderFields, payload: Payload | null): void;
  /** Sends the head of a response and returns the stream for its body. */
  respondStream(status: number, headers: HeaderFields, options?: StreamOptions): Writable;
  /** Called for an answer that may take for ever: gives up memory, and what is asked for later may take longer. */
  compact?(): void;
  /** Ends the exchange at once: resets the stream, or closes the connection in HTTP/1. */
  abort(error?: Error): void;
  /** Calls `listener` when the exchange is over, or at once if it already is; `aborted` then says how it ended. */
  onClose(listener: () => void): void;
}
