import type { Socket } from 'node:net';

import type { Limits } from '@blaizejs/types';

import { lookInterval } from '@blaizejs/app/internal';
import type { LimitHits } from '@blaizejs/app/internal';
import { oldAt } from './connection-age.ts';
import type { Http2Connection } from './http2-connection.ts';

// Milliseconds that a client has to receive the last GOAWAY and close its side.
const END_GRACE = 1000;
// Milliseconds: an unfinished head is found less than a second late. Each look at it costs a call into nghttp2.
const MOST_BETWEEN_HEADS = 300;

/**
 * Checks HTTP/2 connections at intervals, since no event tells what a client fails to do. It has its own clock, because
 * anything that a client sends, such as a PING, resets Node's.
 */
export class Http2Watch {
  readonly #limits: Limits;
  readonly #hits: LimitHits;
  readonly #watched = new Map<Socket, Watched>();
  readonly #interval: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(limits: Limits, hits: LimitHits) {
    this.#limits = limits;
    this.#hits = hits;
    const { headersTimeout, keepAliveTimeout, maxConnectionAge } = limits;
    const shortest = Math.min(...[headersTimeout, keepAliveTimeout, maxConnectionAge].filter(Boolean));
    this.#interval = lookInterval(shortest);
  }

  get connections(): Iterable<Http2Connection> {
    return connectionsOf(this.#watched);
  }

  /** Watches a connection until its socket is forgotten. */
  add(connection: Http2Connection): void {
    this.#watched.set(connection.socket, new Watched(connection, this.#limits, this.#hits));
    this.#timer ??= setInterval(() => this.#look(), this.#interval).unref();
  }

  /** To be called when a socket has closed. */
  forget(socket: Socket): void {
    this.#watched.delete(socket);
  }

  #look(): void {
    const now = wholeNow();
    for (const watched of this.#watched.values()) watched.look(now);
    if (this.#watched.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}

/** One connection, and what one check remembers for the next. All times are times of checks. */
class Watched {
  readonly connection: Http2Connection;
  readonly #limits: Limits;
  readonly #hits: LimitHits;
  #greeted = false;
  #begun = 0;
  /** When a stream last began; when a stream was last open. */
  #movedAt = wholeNow();
  #usedAt = this.#movedAt;
  #headLookAt = this.#movedAt;
  #unfinished = 0;
  #unfinishedSince = 0;
  #written: number | undefined;
  #overSince: number | undefined;
  readonly #oldAt: number;

  constructor(connection: Http2Connection, limits: Limits, hits: LimitHits) {
    this.connection = connection;
    this.#limits = limits;
    this.#hits = hits;
    this.#oldAt = oldAt(limits, this.#movedAt);
    // A client sends SETTINGS first (RFC 9113 section 3.4).
    connection.session.once('remoteSettings', () => (this.#greeted = true));
  }

  look(now: number): void {
    const { session, socket, open, begun, ending } = this.connection;
    if (session.destroyed || (session.closed && open === 0)) {
      this.#overSince ??= now;
      if (now - this.#overSince >= END_GRACE) socket.destroy();
      return;
    }
    if (begun !== this.#begun) {
      this.#begun = begun;
      this.#movedAt = this.#usedAt = now;
    } else if (open > 0) {
      this.#usedAt = now;
    }
    if (!ending) this.#lookForHead(now);
    if (!ending) this.#lookForUse(now);
    if (!ending && now >= this.#oldAt) this.#endOld();
    this.#lookForLife(now);
  }

  /** Ends a connection whose client sends no SETTINGS, or does not finish the header block of a request. */
  #lookForHead(now: number): void {
    const { headersTimeout } = this.#limits;
    if (headersTimeout === 0) return;
    if (!this.#greeted) {
      if (now - this.#movedAt >= headersTimeout) this.connection.cut('headersTimeout');
      return;
    }
    if (now < this.#headLookAt) return;
    this.#headLookAt = now + Math.min(headersTimeout / 4, MOST_BETWEEN_HEADS);
    const { session, lastStream } = this.connection;
    // If nghttp2 knows a stream that we don't, its header block is unfinished, or Node refused it.
    const { lastProcStreamID = 0 } = session.state;
    const unfinished = lastProcStreamID > lastStream ? lastProcStreamID : 0;
    if (unfinished !== this.#unfinished) {
      this.#unfinished = unfinished;
      this.#unfinishedSince = now;
    } else if (unfinished > 0 && now - this.#unfinishedSince >= headersTimeout) {
      this.#hits.hit('headersTimeout');
      void this.connection.end();
    }
  }

  #endOld(): void {
    if (this.connection.ending) return;
    this.#hits.hit('maxConnectionAge');
    void this.connection.end();
  }

  #lookForUse(now: number): void {
    const { keepAliveTimeout } = this.#limits;
    if (keepAliveTimeout === 0 || now - this.#usedAt < keepAliveTimeout) return;
    this.#hits.hit('keepAliveTimeout');
    void this.connection.end();
  }

  /**
   * Ends a connection with open streams to which nothing can be written any more, not even a small frame. Either the client
   * has stopped reading, or it broke the rules of framing: Node 20 then sends GOAWAY and nothing else, doesn't notice when
   * the client leaves, and reports nothing.
   */
  #lookForLife(now: number): void {
    const { session, socket, open } = this.connection;
    const { keepAliveTimeout } = this.#limits;
    if (open === 0 || keepAliveTimeout === 0 || now - this.#movedAt < keepAliveTimeout) return;
    this.#movedAt = now;
    const { bytesWritten } = socket;
    if (bytesWritten === this.#written) return void socket.destroy();
    this.#written = bytesWritten;
    // A closed session sends no PING.
    if (session.closed) session.goaway();
    // Neither does a session with too many unanswered ones.
    else if (!session.ping(ignore)) this.#written = undefined;
  }
}

/** In milliseconds. V8 keeps a number with a fraction in an object of its own. */
function wholeNow(): number {
  return Math.trunc(performance.now());
}

function* connectionsOf(watched: ReadonlyMap<Socket, Watched>): Generator<Http2Connection> {
  for (const { connection } of watched.values()) yield connection;
}

function ignore(): void {}
