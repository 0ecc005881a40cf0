/** What a server has open, and what has happened on its sockets. */
export interface ServerStatistics {
  /** Open sockets, including those of HTTP/2 connections. */
  readonly connections: number;
  /** Open HTTP/2 connections. */
  readonly sessions: number;
  /** Open HTTP/2 streams. */
  readonly streams: number;
  /**
   * Of these, streamed or large answers that wait for their client to read: the flow-control window of the connection is
   * exhausted, or nothing was written to it since this was last read.
   */
  readonly stalledStreams: number;
  /** TLS handshakes in progress. */
  readonly handshakes: number;
  /** The certificates in use, without those of development. */
  readonly certificates: readonly CertificateExpiry[];
  /** How often certificate files that have changed were loaded, and how often they could not be used. */
  readonly certificateReloads: { readonly succeeded: number; readonly failed: number };
  /** Counts since the server was created. */
  readonly totals: ServerTotals;
}

/** A certificate, and when it expires. */
export interface CertificateExpiry {
  /** The DNS names and IP addresses that it is for. */
  readonly names: readonly string[];
  readonly notBefore: Date;
  readonly notAfter: Date;
}

/** What has happened on the sockets of a server since it was created. */
export interface ServerTotals {
  /** Connections whose protocol is known, by protocol. */
  readonly connections: Readonly<Record<'HTTP/1.1' | 'HTTP/2', number>>;
  /** Bytes on the wire, TLS and framing included. */
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** HTTP/2 streams that clients have opened. */
  readonly streams: number;
  /** Of these, streams that the server has refused (REFUSED_STREAM). nghttp2 refuses others without telling. */
  readonly refusedStreams: number;
  /** HTTP/2 streams that ended with an error (RST_STREAM), by the side that caused it and the code: `CANCEL`. */
  readonly resets: Readonly<Record<'client' | 'server', Readonly<Record<string, number>>>>;
  /** HTTP/2 connections whose end was announced (GOAWAY), by the side that did, and the code: `NO_ERROR`. */
  readonly goaways: Readonly<Record<'client' | 'server', Readonly<Record<string, number>>>>;
  /** The times of TLS handshakes that succeeded, in seconds. */
  readonly handshakeTimes: Distribution;
  /** TLS handshakes that failed, by OpenSSL's or Node's code. */
  readonly failedHandshakes: Readonly<Record<string, number>>;
}

/** How many values were how large. */
export interface Distribution {
  /** The upper bounds of the buckets; one bucket more has no bound. */
  readonly bounds: readonly number[];
  /** How many values are in each bucket, and no lower one. */
  readonly counts: readonly number[];
  readonly sum: number;
}
