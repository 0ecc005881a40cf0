import {
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { NotImplementedError, type HttpError } from '@blaizejs/errors';
import type { LimitName, Limits, TlsPeer } from '@blaizejs/types';

import { TokenBucket } from '../token-bucket.ts';
import { type AdapterSettings, DRAIN_GRACE } from './adapter.ts';
import type { ContentDeadlines } from './content-deadlines.ts';
import { destroyLater } from './http2-destroy.ts';
import { Http2Exchange } from './http2-exchange.ts';
import { joinLists } from './http2-lists.ts';
import type { Http2Refusals } from './http2-refusal.ts';
import { toPeer } from './tls-peer.ts';
import { useStreamLists } from './http2-stream-list.ts';

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

// Milliseconds; a round trip to the far end of the world is half of it. For a session with requests in flight: an idle
// client of Node answers no PING once it knows that the server goes away.
const PING_PATIENCE = 500;

// A first GOAWAY that still allows every stream, sent before the one that counts (RFC 9113 section 6.8).
const ANY_STREAM = 2 ** 31 - 1;

// Times the streams that may be open: handlers of streams that were reset, which may still run.
const ORPHANS = 2;

/** What all connections of an adapter share. */
export interface ConnectionSettings extends AdapterSettings {
  readonly refusals: Http2Refusals;
  /** Finds content that takes too long. */
  readonly content: ContentDeadlines<Http2Exchange>;
}

/** One HTTP/2 connection: makes exchanges of its streams, and ends it where its client does too much of something. */
export class Http2Connection {
  readonly session: ServerHttp2Session;
  /** The TCP socket, where it is known, else that of TLS on top of it. */
  readonly socket: Socket;
  readonly #settings: ConnectionSettings;
  readonly #resets: TokenBucket;
  #open = 0;
  #begun = 0;
  #lastStream = 0;
  /** Exchanges whose stream was reset while whoever answers them is still at work. */
  #orphans = 0;
  #ending: Promise<void> | undefined;
  #cut = false;
  #peer: TlsPeer | undefined;

  constructor(session: ServerHttp2Session, socket: Socket, settings: ConnectionSettings) {
    const { streamResetBurst, streamResetRate } = settings.limits;
    this.session = session;
    this.socket = socket;
    this.#settings = settings;
    this.#resets = new TokenBucket(streamResetBurst, streamResetRate);
    destroyLater(session);
    useStreamLists(session);
    session.on(
      'stream',
      (stream: ServerHttp2Stream, headers: IncomingHttpHeaders, _flags: number, rawHeaders: string[]) =>
        this.#serve(stream, headers, rawHeaders),
    );
  }

  get limits(): Limits {
    return this.#settings.limits;
  }

  get content(): ContentDeadlines<Http2Exchange> {
    return this.#settings.content;
  }

  get peer(): TlsPeer | undefined {
    if (this.session.destroyed) return this.#peer;
    return (this.#peer ??= toPeer(this.session.socket));
  }

  /** How many streams are open. */
  get open(): number {
    return this.#open;
  }

  /** How many streams have been opened. */
  get begun(): number {
    return this.#begun;
  }

  /** The last stream that was opened. */
  get lastStream(): number {
    return this.#lastStream;
  }

  /** Whether it takes no new streams, or soon will not. */
  get ending(): boolean {
    return this.#ending !== undefined;
  }

  /** @param reset whether it was reset, and that by the client or because of what the client sent */
  onStreamClose(exchange: Http2Exchange, reset: boolean): void {
    this.#open -= 1;
    this.#settings.content.delete(exchange);
    if (this.session.closed) this.#endIfIdle();
    if (!reset || this.session.destroyed) return;
    if (exchange.orphaned) this.#orphans += 1;
    // CVE-2023-44487, and CVE-2025-8671 where the client makes the server reset.
    if (!this.#resets.take()) this.cut('streamResetRate');
  }

  /** Who answers an exchange that was orphaned has come to an end. */
  onOrphanEnd(): void {
    this.#orphans -= 1;
  }

  /** Says goodbye, waits until the client knows, and then ends the session when its last stream has. */
  end(): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  /** Ends the session, because its client has gone beyond a limit. */
  cut(limit: LimitName): void {
    if (this.#cut || this.session.destroyed) return;
    this.#cut = true;
    this.#settings.hits.hit(limit);
    this.session.destroy(new Error(`The client has exceeded ${limit}.`), NGHTTP2_ENHANCE_YOUR_CALM);
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[]): void {
    const { handle, limits, hits, refusals, content } = this.#settings;
    joinLists(headers, rawHeaders);
    // nghttp2 has reset what is malformed (RFC 8441 section 4).
    const protocol = headers[':protocol'];
    const tunnel = protocol === undefined ? undefined : this.#tunnelOf(protocol, headers);
    const exchange = new Http2Exchange(this, stream, headers, tunnel);
    this.#open += 1;
    this.#begun += 1;
    this.#lastStream = stream.id as number;
    if (this.#cut) return;
    if (this.#begun === limits.maxRequestsPerSocket) {
      hits.hit('maxRequestsPerSocket');
      void this.end();
    }
    // A stream that is reset makes room for another at once, and not only when its handler has ended.
    if (this.#orphans >= ORPHANS * limits.maxConcurrentStreams) {
      hits.hit('maxConcurrentStreams');
      stream.close(NGHTTP2_REFUSED_STREAM);
      void this.end();
      return;
    }
    if (exchange.hasBody) content.add(exchange);
    handle(
      exchange,
      refusals.of(headers, rawHeaders) ?? (protocol === undefined || tunnel ? undefined : noTunnel(protocol)),
    );
  }

  /** What is to be spoken in a tunnel; undefined if no route takes it. */
  #tunnelOf(protocol: string, { ':path': target = '' }: IncomingHttpHeaders): string | undefined {
    const name = protocol.toLowerCase();
    return this.#settings.takesTunnel?.('GET', target, name) === true ? name : undefined;
  }

  async #end(): Promise<void> {
    const { session } = this;
    if (!session.destroyed) session.goaway(NGHTTP2_NO_ERROR, ANY_STREAM);
    // A client's PING overtakes the requests that it had begun before it knew.
    await Promise.all([
      this.#roundTrip(this.#open === 0 ? DRAIN_GRACE : PING_PATIENCE),
      setTimeout(DRAIN_GRACE),
    ]);
    // Does nothing to one that is closed, or gone, by now.
    session.close();
    // Behind the second GOAWAY, which a session that is destroyed at once would not send.
    await this.#roundTrip(DRAIN_GRACE);
    this.#endIfIdle();
  }

  // Node 20 and 22 leave a closed session open where a frame was still to be sent when its last stream ended.
  #endIfIdle(): void {
    if (this.#open === 0) this.session.destroy();
  }

  /** Resolves when the client has answered a PING, is gone, or has not answered in `patience` milliseconds. */
  async #roundTrip(patience: number): Promise<void> {
    const { session } = this;
    if (session.destroyed) return;
    const answered = new Promise<void>((resolve) => {
      session.once('close', resolve);
      // A client that goes at once ends its side, and answers nothing any more.
      session.socket.once('end', resolve);
      session.ping(() => resolve());
    });
    const waiting = new AbortController();
    const late = setTimeout(patience, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([answered, late]);
    waiting.abort();
  }
}

/** RFC 8441 section 4 leaves it to any refusal; that of RFC 9220 section 3 fits. */
function noTunnel(protocol: string): HttpError {
  const message = `This resource does not support CONNECT with the protocol ${JSON.stringify(protocol)}.`;
  return new NotImplementedError(message, { expose: true });
}
