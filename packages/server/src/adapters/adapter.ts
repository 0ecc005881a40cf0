import type { Server as HttpServer } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import { type ListenOptions, Server as NetServer } from 'node:net';
import type { SecureContext, SecureContextOptions } from 'node:tls';

import type { Handle, LimitHits } from '@blaizejs/app/internal';
import type { Limits } from '@blaizejs/types';

import { listenOnBoth, twinOf } from './both-families.ts';
import type { Cleartext } from './cleartext.ts';

/**
 * TLS, beside the certificate. What belongs to a secure context (`minVersion`, `ciphers`, `ca`) has to be said again
 * whenever `server.setSecureContext()` sets another; the rest is fixed.
 */
export interface TlsSettings extends SecureContextOptions {
  /** Whether clients are asked for a certificate; see {@link Exchange.peer}. Default: false. */
  readonly requestCert?: boolean | undefined;
  /** Whether those without a valid one are turned away. Default: true. */
  readonly rejectUnauthorized?: boolean | undefined;
  /** The certificate for a name (SNI), in lower case; without one, the server's. An error ends the handshake. */
  readonly sni?: ((name: string) => SecureContext | undefined) | undefined;
  /**
   * Asked first for the protocol of a connection, such as `acme-tls/1` (RFC 8737); undefined leaves it to the adapter. A
   * connection with a protocol that is not of HTTP ends when its handshake has.
   *
   * @param name as for `sni`; empty if the client names none
   */
  readonly alpn?: ((name: string, protocols: readonly string[]) => string | undefined) | undefined;
}

/** What an adapter is told. */
export interface AdapterSettings {
  readonly handle: Handle;
  readonly limits: Limits;
  /**
   * Milliseconds for which an HTTP/1.1 connection has to be quiet before a stop ends it. A request that is on its way then
   * is lost, as HTTP/1.1 can't refuse it (RFC 9112 section 9.5): the longer, the fewer.
   */
  readonly idleGrace: number;
  readonly tls?: TlsSettings | undefined;
  /** Whether a TLS port speaks HTTP/2 beside HTTP/1.1. Default: true. */
  readonly http2?: boolean | undefined;
  /** Counts what is ended without a {@link Handle}, which counts refusals by itself. */
  readonly hits: LimitHits;
  /** Whether requests in cleartext on a TLS port are sent to https, and do not get 400. Default: false. */
  readonly redirectsCleartext?: boolean | undefined;
  /** Told of each. */
  readonly onCleartext?: ((seen: Cleartext) => void) | undefined;
  /**
   * Whether a route takes a tunnel: an Upgrade to `websocket`, or an extended CONNECT (RFC 8441). Asked for each, so that
   * routes may come and go. Without it, no tunnel is taken.
   *
   * @param method `GET`, by which the route is found
   * @param protocol in lower case
   */
  readonly takesTunnel?: ((method: string, target: string, protocol: string) => boolean) | undefined;
}

/** Where an adapter listens; see `net.Server.listen()`. */
export type Endpoint = ListenOptions & { readonly fd?: number | undefined };

/** What is under way at the moment. */
export interface AdapterStats {
  /** Sockets, those of HTTP/2 included. */
  readonly connections: number;
  /** HTTP/2 connections. */
  readonly sessions: number;
  /** HTTP/2 streams that are open. */
  readonly streams: number;
  /** TLS handshakes that have not ended. */
  readonly handshakes: number;
}

/** A protocol on a socket. */
export interface Adapter {
  readonly server: HttpServer | Http2SecureServer;
  /**
   * Resolves when the socket is bound; rejects with Node's own error, after which it may be called again. Errors of a
   * bound socket (`EMFILE`) are emitted by {@link Adapter.server}, and end the process if nobody listens to them.
   */
  listen(endpoint: Endpoint): Promise<void>;
  stats(): AdapterStats;
  /**
   * Lets what is in flight finish and takes nothing new: stops listening, tells clients to go elsewhere, ends what is
   * idle. Resolves when no connection is left.
   */
  drain(): Promise<void>;
  /** Cuts whatever is left. */
  destroy(): void;
}

/**
 * Milliseconds in which a client that has just sent a request, or is about to, learns that the server goes away,
 * before its idle connection is ended. Without it, a request on its way to an idle connection would be lost: HTTP/1.1
 * has no way to refuse it (RFC 9112 section 9.5).
 */
export const DRAIN_GRACE = 100;

/** Binds a server; `localhost` stands for both families. */
export function listen(server: Adapter['server'], endpoint: Endpoint): Promise<void> {
  const isBoth = endpoint.host === 'localhost' && endpoint.path === undefined && endpoint.fd === undefined;
  return isBoth ? listenOnBoth(server, endpoint, (options) => bind(server, options)) : bind(server, endpoint);
}

function bind(server: Adapter['server'], endpoint: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      server.off('error', settle).off('listening', settle);
      if (error) reject(error);
      else resolve();
    };
    server.once('error', settle).once('listening', settle);
    try {
      server.listen(endpoint);
    } catch (error) {
      settle(error as Error);
    }
  });
}

/**
 * Takes no more connections; resolves when the last one has ended. The servers' own `close()` would end idle
 * connections, and from Node 24 on HTTP/2 sessions, without any grace.
 */
export function stopListening(server: Adapter['server']): Promise<unknown> {
  const twin = twinOf(server);
  const close = (one: NetServer): Promise<unknown> =>
    new Promise((resolve) => NetServer.prototype.close.call(one, resolve));
  return Promise.all([close(server), twin && close(twin)]);
}
