import type { Server as HttpServer } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import type { ListenOptions } from 'node:net';
import type { SecureContext, SecureContextOptions } from 'node:tls';

import type { Handle, LimitHits } from '@blaizejs/app/internal';
import type { Limits } from '@blaizejs/types';

import type { Traffic } from '../traffic.ts';
import type { Cleartext } from './cleartext.ts';
import type { Listener } from './listener.ts';

/**
 * TLS settings other than the certificate. The options of a secure context (`minVersion`, `ciphers`, `ca`) must be passed
 * again to each `server.setSecureContext()`; the others cannot change.
 */
export interface TlsSettings extends SecureContextOptions {
  /** Whether to ask clients for a certificate; see {@link Exchange.peer}. Default: false. */
  readonly requestCert?: boolean | undefined;
  /** Whether to refuse clients without a valid certificate. Default: true. */
  readonly rejectUnauthorized?: boolean | undefined;
  /**
   * Returns the certificate for a lower-case name (SNI), or undefined for the server's own. If it throws, the handshake
   * fails.
   */
  readonly sni?: ((name: string) => SecureContext | undefined) | undefined;
  /**
   * The certificate for a client whose only protocol is `acme-tls/1` (RFC 8737), and which asks for this name. Undefined
   * refuses the client. No other client gets to see it.
   */
  readonly challenge?: ((name: string) => SecureContext | undefined) | undefined;
  /**
   * Chooses the protocol of a connection, such as `acme-tls/1` (RFC 8737); undefined leaves the choice to the adapter. A
   * connection whose protocol is not HTTP is closed after its handshake.
   *
   * @param name as for `sni`; empty if the client names none
   */
  readonly alpn?: ((name: string, protocols: readonly string[]) => string | undefined) | undefined;
}

/** The settings of an adapter. */
export interface AdapterSettings {
  readonly handle: Handle;
  readonly limits: Limits;
  /**
   * Milliseconds for which an HTTP/1.1 connection must be idle before a shutdown closes it. A request that is on its way at
   * that moment is lost, as HTTP/1.1 has no way to refuse it (RFC 9112 section 9.5). A longer grace loses fewer requests.
   */
  readonly idleGrace: number;
  readonly tls?: TlsSettings | undefined;
  /** Whether a TLS port speaks HTTP/2 in addition to HTTP/1.1. Default: true. */
  readonly http2?: boolean | undefined;
  /** Counts limits that end something without calling {@link Handle}, which counts the refusals it gets. */
  readonly hits: LimitHits;
  /** Counts what happens on its sockets. */
  readonly traffic?: Traffic | undefined;
  /** Whether to redirect cleartext requests on a TLS port to https, instead of answering 400. Default: false. */
  readonly redirectsCleartext?: boolean | undefined;
  /** Called for each cleartext connection to a TLS port. */
  readonly onCleartext?: ((seen: Cleartext) => void) | undefined;
  /**
   * Whether a route takes a tunnel: an Upgrade to `websocket`, or an extended CONNECT (RFC 8441). Called for each request,
   * since routes may change. Without it, all tunnels are refused.
   *
   * @param method `GET`, the method of the route
   * @param protocol in lower case
   */
  readonly takesTunnel?: ((method: string, target: string, protocol: string) => boolean) | undefined;
}

/** Where an adapter listens; see `net.Server.listen()`. */
export type Endpoint = ListenOptions & { readonly fd?: number | undefined };

/** What an adapter has open at the moment. */
export interface AdapterStats {
  /** Sockets, including those of HTTP/2 connections. */
  readonly connections: number;
  /** HTTP/2 connections. */
  readonly sessions: number;
  /** Open HTTP/2 streams. */
  readonly streams: number;
  /** TLS handshakes in progress. */
  readonly handshakes: number;
}

/** A protocol on a socket. */
export interface Adapter {
  readonly server: HttpServer | Http2SecureServer;
  readonly listener: Listener;
  /**
   * Resolves when the socket is bound; rejects with Node's own error, and may then be called again. Errors of a bound socket
   * (`EMFILE`) are emitted by {@link Adapter.server}, and end the process if nothing listens for them.
   */
  listen(endpoint: Endpoint): Promise<void>;
  stats(): AdapterStats;
  /** How many open HTTP/2 streams wait for their client to read. */
  stalledStreams(): number;
  /**
   * Finishes requests in flight and accepts no new ones: stops listening, tells clients to go elsewhere, closes idle
   * connections. Resolves when no connection is left.
   */
  drain(): Promise<void>;
  /** Cuts off all remaining connections. */
  destroy(): void;
}

/**
 * Milliseconds between the announcement that the server is going away and the end of an idle connection. Without it, a
 * request on its way to an idle connection would be lost: HTTP/1.1 has no way to refuse it (RFC 9112 section 9.5).
 */
export const DRAIN_GRACE = 100;
