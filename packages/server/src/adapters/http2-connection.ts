import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';

import { NotImplementedError, type HttpError } from '@blaizejs/errors';
import type { HeaderFields, LimitName, Limits, TlsPeer } from '@blaizejs/types';

import { TokenBucket } from '../token-bucket.ts';
import { type AdapterSettings, DRAIN_GRACE } from './adapter.ts';
import { toBareFields } from './bare-fields.ts';
import type { ContentDeadlines } from './content-deadlines.ts';
import { destroyLater } from './http2-destroy.ts';
import { Http2Exchange } from './http2-exchange.ts';
import { assertHeadFits } from './http2-head.ts';
import type { Http2Tunnel } from './http2-tunnel.ts';
import { joinLists } from './http2-lists.ts';
import { sendNotice } from './http2-notice.ts';
import type { Http2Refusals } from './http2-refusal.ts';
import { toPeer } from './tls-peer.ts';
import { useStreamLists } from './http2-stream-list.ts';

const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_NO_ERROR, NGHTTP2_REFUSED_STREAM } = constants;

// Milliseconds, twice the time of a round trip to the other side of the world. Only for a session with requests in flight:
// an idle Node client answers no PING after a GOAWAY.
const PING_PATIENCE = 500;

// How many handlers of reset streams may still be running, as a multiple of `maxConcurrentStreams`.
const ORPHANS = 2;

// By which the listeners of a session find its connection. Closures of each session would take more memory.
const CONNECTION = Symbol('blaizejs.connection');

// The highest id of a stream.
const LAST_STREAM = 2 ** 31 - 1;

// How many pushed answers may be under way. A client may refuse them with SETTINGS, or allow fewer.
const PUSHES = 10;

/** The settings that all connections of an adapter share. */
export interface ConnectionSettings extends AdapterSettings {
  readonly refusals: Http2Refusals;
  /** Finds content that takes too long. */
  readonly content: ContentDeadlines<Http2Exchange>;
  /** Whether they are below TLS. */
  readonly secure: boolean;
}

/** One HTTP/2 connection: turns its streams into exchanges, and ends it if the client exceeds a limit. */
export class Http2Connection {
  readonly session: ServerHttp2Session;
  /** The TCP socket if it is known, otherwise the TLS socket on top of it. */
  readonly socket: Socket;
  /** Logs name it when the stream has closed, and then neither stream nor socket know it any more. */
  readonly remoteAddress: string | undefined;
  readonly #settings: ConnectionSettings;
  /** Made when a stream is reset for the first time. */
  #resets: TokenBucket | undefined;
  /** Those that answer with a stream, or with much; undefined until there is one. */
  #writing: Set<Http2Exchange> | undefined;
  /** The bytes that had been written when somebody last asked for stalled streams. */
  #written = -1;
  #open = 0;
  #begun = 0;
  #lastStream = 0;
  /** How many exchanges are still being handled although their stream was reset. */
  #orphans = 0;
  /** How many pushed answers are open. */
  #pushes = 0;
  #ending: Promise<void> | undefined;
  /** Called for the next stream. */
  #onStream: (() => void) | undefined;
  /** The last stream that a GOAWAY has named. It may still wait to be sent, and Node opens further streams until it is. */
  #named = LAST_STREAM;
  #cut = false;
  #peer: TlsPeer | undefined;

  constructor(session: ServerHttp2Session, socket: Socket, settings: ConnectionSettings) {
    this.session = session;
    this.socket = socket;
    this.remoteAddress = socket.remoteAddress;
    this.#settings = settings;
    destroyLater(session);
    useStreamLists(session);
    (session as ServedSession)[CONNECTION] = this;
    session.on('goaway', onGoaway).on('stream', onStream);
  }

  get limits(): Limits {
    return this.#settings.limits;
  }

  get secure(): boolean {
    return this.#settings.secure;
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

  /** Whether it refuses new streams, or soon will. */
  get ending(): boolean {
    return this.#ending !== undefined;
  }

  /** Remembers an exchange that answers with more than its client's window may hold. */
  noteWriting(exchange: Http2Exchange): void {
    (this.#writing ??= new Set()).add(exchange);
  }

  /**
   * How many streams wait for the client to read: the window of the connection is exhausted, or nothing was written since
   * the last call.
   */
  stalledStreams(): number {
    if (!this.#writing?.size || this.session.destroyed) return 0;
    // Node tells the window of a connection, but not that of a stream.
    const { remoteWindowSize = 1 } = this.session.state;
    const { bytesWritten } = this.socket;
    const isStalled = remoteWindowSize <= 0 || bytesWritten === this.#written;
    this.#written = bytesWritten;
    if (!isStalled) return 0;
    return [...this.#writing].filter(({ rawRequest }) => rawRequest.writableLength > 0).length;
  }

  /** Promises the answer to a GET of the same authority, and serves it. */
  pushFrom(
    { rawRequest: stream, scheme, authority }: Http2Exchange | Http2Tunnel,
    target: string,
    headers: HeaderFields,
  ): boolean {
    if (!stream.pushAllowed) return false;
    const { host: _host, expect: _expect, ...fields } = toBareFields(headers);
    return this.#push(stream, {
      ...fields,
      ':method': 'GET',
      ':scheme': scheme,
      ':authority': authority,
      ':path': target,
    });
  }

  #push(stream: ServerHttp2Stream, head: OutgoingHttpHeaders): boolean {
    const { session } = this;
    const { maxConcurrentStreams = PUSHES } = session.remoteSettings;
    if (this.#ending || this.#pushes >= Math.min(PUSHES, maxConcurrentStreams)) return false;
    assertHeadFits(head as HeaderFields);
    try {
      stream.pushStream(head, (error, pushed) => {
        if (error) {
          this.#pushes -= 1;
          return;
        }
        this.#open += 1;
        const exchange = new Http2Exchange(this, pushed, head as IncomingHttpHeaders, undefined, true);
        this.#settings.handle(exchange);
      });
    } catch {
      // Nothing can be promised any more: the stream has ended, or there are no more numbers for streams.
      return false;
    }
    this.#pushes += 1;
    return true;
  }

  /** @param reset whether the stream was reset, by the client or because of something that the client sent */
  onStreamClose(exchange: Http2Exchange, reset: boolean): void {
    if (exchange.pushed) this.#pushes -= 1;
    this.#writing?.delete(exchange);
    this.#settings.content.delete(exchange);
    if (reset && exchange.orphaned && !this.session.destroyed) this.#orphans += 1;
    // A client may always refuse what is pushed (RFC 9113 section 8.4.2).
    this.#onClose(exchange.rawRequest, reset, !exchange.pushed);
  }

  /** As {@link Http2Connection.onStreamClose}. */
  onTunnelClose(stream: ServerHttp2Stream, reset: boolean): void {
    this.#onClose(stream, reset, true);
  }

  #onClose({ rstCode }: ServerHttp2Stream, reset: boolean, counts: boolean): void {
    this.#open -= 1;
    if (rstCode !== NGHTTP2_NO_ERROR) this.#settings.traffic?.reset(reset ? 'client' : 'server', rstCode);
    if (this.session.closed) this.#endIfIdle();
    if (!reset || this.session.destroyed) return;
    // CVE-2023-44487, and CVE-2025-8671, in which the client makes the server reset streams.
    if (counts && !this.#takeReset()) this.cut('streamResetRate');
  }

  /** @returns whether the client may cause another reset */
  #takeReset(): boolean {
    const { streamResetBurst, streamResetRate } = this.#settings.limits;
    return (this.#resets ??= new TokenBucket(streamResetBurst, streamResetRate)).take();
  }

  /** Called when the handler of an orphaned exchange has ended. */
  onOrphanEnd(): void {
    this.#orphans -= 1;
  }

  /** Announces the end, waits until the client knows, and ends the session after its last stream. */
  end(): Promise<void> {
    return (this.#ending ??= this.#end());
  }

  /** Ends the session because its client has exceeded a limit. */
  cut(limit: LimitName): void {
    if (this.#cut || this.session.destroyed) return;
    this.#cut = true;
    this.#settings.hits.hit(limit);
    this.#settings.traffic?.goaway('server', NGHTTP2_ENHANCE_YOUR_CALM);
    this.session.destroy(new Error(`The client has exceeded ${limit}.`), NGHTTP2_ENHANCE_YOUR_CALM);
  }

  /** Called when the client has sent GOAWAY. */
  onGoaway(code: number): void {
    this.#settings.traffic?.goaway('client', code);
  }

  /** Turns a stream into an exchange, and answers it. */
  serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: readonly string[]): void {
    const { handle, limits, hits, refusals, content, traffic } = this.#settings;
    if ((stream.id as number) > this.#named) {
      // Node reports the reset to the stream as an error, which would end the process.
      stream.on('error', () => undefined).close(NGHTTP2_REFUSED_STREAM);
      return;
    }
    joinLists(headers, rawHeaders);
    // nghttp2 has already reset malformed requests (RFC 8441 section 4).
    const protocol = headers[':protocol'];
    const tunnel = protocol === undefined ? undefined : this.#tunnelOf(protocol, headers);
    const exchange = new Http2Exchange(this, stream, headers, tunnel);
    this.#open += 1;
    this.#begun += 1;
    this.#lastStream = stream.id as number;
    if (traffic) traffic.streams += 1;
    this.#onStream?.();
    if (this.#cut) return;
    if (this.#begun === limits.maxRequestsPerSocket) {
      hits.hit('maxRequestsPerSocket');
      void this.end();
    }
    // A reset stream makes room for another at once, even if its handler is still running.
    if (this.#orphans >= ORPHANS * limits.maxConcurrentStreams) {
      hits.hit('maxConcurrentStreams');
      if (traffic) traffic.refusedStreams += 1;
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

  /** The protocol of a tunnel; undefined if no route takes it. */
  #tunnelOf(protocol: string, { ':path': target = '' }: IncomingHttpHeaders): string | undefined {
    const name = protocol.toLowerCase();
    return this.#settings.takesTunnel?.('GET', target, name) === true ? name : undefined;
  }

  async #end(): Promise<void> {
    const { session } = this;
    const patience = this.#open === 0 ? DRAIN_GRACE : PING_PATIENCE;
    const isNoticed = !this.secure && (await sendNotice(session, this.socket, patience));
    // A client that waits for an answer is less likely to be sending a request.
    if (!isNoticed && this.#open === 0) await this.#nextStream();
    // Within a read, GOAWAY would name the stream that Node is at, and those behind it would be refused.
    await setImmediate();
    if (!session.destroyed) {
      // It names the last stream, and Node ignores later ones. The client learns at once which ones to repeat elsewhere.
      if (!isNoticed) {
        this.#named = this.#lastStream;
        session.goaway(NGHTTP2_NO_ERROR);
      }
      this.#settings.traffic?.goaway('server', NGHTTP2_NO_ERROR);
    }
    // The answer to a PING may overtake requests that the client had begun to send before.
    await Promise.all([
      this.#roundTrip(this.#open === 0 ? DRAIN_GRACE : PING_PATIENCE),
      setTimeout(DRAIN_GRACE),
    ]);
    // Sends another GOAWAY. Has no effect if the session is already closed or destroyed.
    session.close();
    // A session that is destroyed at once would not send it.
    await this.#roundTrip(DRAIN_GRACE);
    this.#endIfIdle();
  }

  /** Waits for a stream, or a short grace period. */
  async #nextStream(): Promise<void> {
    const waiting = new AbortController();
    const { session } = this;
    const stop = (): void => waiting.abort();
    session.once('close', stop);
    this.#onStream = stop;
    await setTimeout(DRAIN_GRACE, undefined, { signal: waiting.signal }).catch(() => undefined);
    this.#onStream = undefined;
    session.off('close', stop);
  }

  // Node 20 and 22 leave a closed session open if a frame was still queued when its last stream ended.
  #endIfIdle(): void {
    if (this.#open === 0) this.session.destroy();
  }

  /** Resolves when the client has answered a PING, is gone, or has let `patience` milliseconds pass. */
  async #roundTrip(patience: number): Promise<void> {
    const { session } = this;
    if (session.destroyed) return;
    const answered = new Promise<void>((resolve) => {
      session.once('close', resolve);
      // A client that leaves at once ends its side without answering.
      session.socket.once('end', resolve);
      session.ping(() => resolve());
    });
    const waiting = new AbortController();
    const late = setTimeout(patience, undefined, { signal: waiting.signal }).catch(() => undefined);
    await Promise.race([answered, late]);
    waiting.abort();
  }
}

type ServedSession = ServerHttp2Session & { [CONNECTION]?: Http2Connection };

function onGoaway(this: ServedSession, code: number): void {
  this[CONNECTION]?.onGoaway(code);
}

function onStream(
  this: ServedSession,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  _flags: number,
  rawHeaders: readonly string[],
): void {
  this[CONNECTION]?.serve(stream, headers, rawHeaders);
}

/** RFC 8441 section 4 does not say which status refuses the protocol. This is the one of RFC 9220 section 3. */
function noTunnel(protocol: string): HttpError {
  const message = `This resource does not support CONNECT with the protocol ${JSON.stringify(protocol)}.`;
  return new NotImplementedError(message, { expose: true });
}
