import type { Http2SecureServer, Http2Server, ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

import { RequestTimeoutError } from '@blaizejs/errors';
import type { LimitName } from '@blaizejs/types';

import type { AdapterSettings } from './adapter.ts';
import { ContentDeadlines } from './content-deadlines.ts';
import { Http2Connection } from './http2-connection.ts';
import type { Http2Exchange } from './http2-exchange.ts';
import { Http2Refusals } from './http2-refusal.ts';
import { Http2Watch } from './http2-watch.ts';

// Errors of nghttp2.
const CALLBACK_FAILURE = -902;
const TOO_MANY_CONTINUATIONS = -905;

/** The HTTP/2 connections of an adapter, over TLS or in cleartext. */
export class Http2Sessions {
  readonly #settings: AdapterSettings;
  readonly #watch: Http2Watch;
  #draining = false;

  /**
   * @param server the server that creates the sessions
   * @param socketOf the TCP socket of a session that was just created; when it closes, `forget()` is to be called
   */
  constructor(
    server: Http2Server | Http2SecureServer,
    settings: AdapterSettings,
    socketOf: (session: ServerHttp2Session) => Socket,
  ) {
    const { limits, hits, traffic } = settings;
    this.#settings = settings;
    this.#watch = new Http2Watch(limits, hits);
    const content = new ContentDeadlines<Http2Exchange>(
      limits,
      (exchange, milliseconds) => this.#timeOut(exchange, milliseconds),
      (exchange) => {
        hits.hit('keepAliveTimeout');
        exchange.abort();
      },
    );
    const secure = 'setSecureContext' in server;
    const shared = { ...settings, refusals: new Http2Refusals(limits, secure), content, secure };
    server.on('session', (session) => {
      traffic?.connected('HTTP/2');
      const connection = new Http2Connection(session, socketOf(session), shared);
      this.#watch.add(connection);
      if (this.#draining) void connection.end();
    });
    server.on('sessionError', (error: NodeJS.ErrnoException) => {
      const limit = limitOf(error);
      if (limit) hits.hit(limit);
    });
  }

  /** How many sessions and streams are open. */
  stats(): { readonly sessions: number; readonly streams: number } {
    let sessions = 0;
    let streams = 0;
    for (const { open } of this.#watch.connections) {
      sessions += 1;
      streams += open;
    }
    return { sessions, streams };
  }

  /** To be called when the socket of a session has closed: one listener is cheaper than two. */
  forget(socket: Socket): void {
    this.#watch.forget(socket);
  }

  stalledStreams(): number {
    let stalled = 0;
    for (const connection of this.#watch.connections) stalled += connection.stalledStreams();
    return stalled;
  }

  /** Ends every session gracefully, also those that a handshake in progress has yet to create. */
  drain(): void {
    this.#draining = true;
    for (const connection of this.#watch.connections) void connection.end();
  }

  destroy(): void {
    for (const { session } of this.#watch.connections) session.destroy();
  }

  /** @returns whether to wait again */
  #timeOut(exchange: Http2Exchange, milliseconds: number): boolean {
    const { handle, hits } = this.#settings;
    if (exchange.responded) {
      hits.hit('requestTimeout');
      exchange.abort();
      return false;
    }
    const message = `The request was not complete after ${milliseconds} ms.`;
    handle(exchange, new RequestTimeoutError(message, { limit: 'requestTimeout' }));
    exchange.abandoned = true;
    // In case the client doesn't read the answer either.
    return true;
  }
}

/** The limit for which Node itself ended a session, as far as the error tells. */
function limitOf({ code, errno }: NodeJS.ErrnoException): LimitName | undefined {
  // Frames that Node answers with a reset, or ignores.
  if (code === 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES') return 'streamResetRate';
  // Node has refused too many streams, because the session uses too much memory.
  if (errno === CALLBACK_FAILURE) return 'maxSessionMemory';
  return errno === TOO_MANY_CONTINUATIONS ? 'maxHeaderSize' : undefined;
}
