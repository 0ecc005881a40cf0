import type { Duplex, Readable, Writable } from 'node:stream';

import type { FetchInfo } from './app.ts';
import type { HeaderFields, Protocol, RawRequest, RawResponse } from './http.ts';
import type { TlsPeer } from './tls-peer.ts';

/** What can be written in one piece. */
export type Payload = string | Uint8Array;

/** How a streamed response goes out. */
export interface StreamOptions {
  /** Called once the content has ended; sent as trailer fields (RFC 9110 section 6.5) if the protocol can. */
  readonly trailers?: (() => HeaderFields) | undefined;
  /** Send the head at once instead of with the first chunk. */
  readonly flush?: boolean | undefined;
}

/** A request to turn the connection, or the stream, into a tunnel: an Upgrade, or an extended CONNECT (RFC 8441). */
export interface Tunnel {
  /** What is to be spoken in it, in lower case: `websocket`. */
  readonly protocol: string;
  /**
   * Answers with 101 (HTTP/1.1) or 200 (HTTP/2) and gives the two ends of the tunnel. From then on the exchange has
   * responded, and lasts until the tunnel is closed.
   */
  accept(headers: HeaderFields): Duplex;
}

/** Somebody who reads a body piece by piece. */
export interface BodyUse {
  /** Whether anybody still waits for more of it. */
  readonly active: boolean;
  /** Breaks it off: the rest will not come. */
  drop(reason: Error): void;
}

/**
 * One request together with its response, as RFC 9110 uses the word. An adapter makes it from its protocol, and the
 * rest of the framework knows nothing else of the wire.
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
  /** Undefined if the client asks for no tunnel, or no route takes one. */
  readonly tunnel: Tunnel | undefined;
  /** Whether the head of the response was handed to the protocol. */
  readonly responded: boolean;
  /** The status that was sent; 0 before that. Known for answers through `rawResponse`, too. */
  readonly status: number;
  /** Whether the client left before its answer was complete. */
  readonly aborted: boolean;
  /** Whether the request announces content. */
  readonly hasBody: boolean;
  /** Whether content of the request is still on its way. */
  readonly receiving: boolean;
  /** What the surroundings know of a request that is answered in process. */
  readonly fetchInfo?: FetchInfo | undefined;
  readonly rawRequest: RawRequest;
  /** Undefined in process. */
  readonly rawResponse: RawResponse | undefined;
  /** Set by whoever has read as much content as was announced, which may be before the stream has ended. */
  bodyComplete: boolean;
  /** Set before it responds: the reason phrase, if it is not the usual one of its status. HTTP/2 has none. */
  statusText?: string | undefined;
  /** Set by whoever reads the content piece by piece. */
  bodyUse?: BodyUse | undefined;
  /**
   * The request's content. Asking for it answers `Expect: 100-continue` (RFC 9110 section 10.1.1). If the request was
   * answered before anybody asked, its content is gone: this is a stream that was destroyed.
   */
  body(): Readable;
  /** Replaces the server's `requestTimeout` for this request; in milliseconds, 0 for none. */
  limitRequest(milliseconds: number): void;
  /** Sends 103 Early Hints (RFC 8297). Does nothing over HTTP/1.0, in process, and once the exchange has responded. */
  inform(status: 103, headers: HeaderFields): void;
  /** Writes a whole response. `null` writes no content, whatever the headers say (HEAD, 204, 304). */
  respond(status: number, headers: HeaderFields, payload: Payload | null): void;
  /** Writes the head of a response and gives the stream for its content. */
  respondStream(status: number, headers: HeaderFields, options?: StreamOptions): Writable;
  /** Ends the exchange at once: a stream is reset; a connection without streams is closed. */
  abort(error?: Error): void;
  /** Calls `listener` once the exchange is over, at once if it is; `aborted` then says how. */
  onClose(listener: () => void): void;
}
