import type { Duplex } from 'node:stream';

import { CLOSE, type WebSocketClose } from './close-codes.ts';
import { closePayload, encodeFrame, OPCODES } from './frame.ts';
import { type FrameEvents, FrameReader, type FrameReaderSettings } from './frame-reader.ts';
import { FrameWriter } from './frame-writer.ts';
import type { OutgoingMessage } from './outgoing-message.ts';

/** What connections of one route share. */
export interface ConnectionSettings extends FrameReaderSettings {
  /** Bytes that may wait for a slow client. */
  readonly queueLimit: number;
  /** What happens to a client that is slower than that. */
  readonly slow: 'disconnect' | 'drop';
  /** Milliseconds that a client has to answer a close frame. */
  readonly closeTimeout: number;
  /** Messages of fewer bytes are not compressed. */
  readonly threshold: number;
}

/** What a connection tells. */
export interface ConnectionEvents {
  /** Nothing else is read until the promise has settled. Must not throw or reject. */
  onMessage(data: Buffer, isBinary: boolean): void | Promise<void>;
  /** Called once. */
  onClose(close: WebSocketClose): void;
}

// What is true of a connection. In one number, since most connections are idle and there may be very many.
const SENT_CLOSE = 1;
const RECEIVED_CLOSE = 2;
const ENDED = 4;
const INFLATES = 8;
/** Whether something has arrived since the last beat. */
const HEARD = 16;
/** Whether a ping waits to be written; whether it is written. */
const PING_QUEUED = 32;
const PING_SENT = 64;
const PONGING = 128;

/** What few connections have. */
interface Rare {
  /** What the first close frame said. */
  first?: { readonly code: number; readonly reason: string };
  closeTimer?: NodeJS.Timeout;
  /** The payload of a ping that is to be answered once the last answer is sent. */
  owedPong?: Buffer | undefined;
}

/**
 * The protocol of one WebSocket (RFC 6455), over the stream of either transport. What reads and what writes is made when it is
 * needed, and let go of when nothing has happened between two beats.
 */
export class Connection implements FrameEvents {
  readonly #stream: Duplex;
  readonly #settings: ConnectionSettings;
  readonly #events: ConnectionEvents;
  #flags: number;
  #reader: FrameReader | undefined;
  #writer: FrameWriter | undefined;
  #rare: Rare | undefined;

  /** @param inflates whether the client takes compressed messages, and may send them */
  constructor(stream: Duplex, settings: ConnectionSettings, inflates: boolean, events: ConnectionEvents) {
    this.#stream = stream;
    this.#settings = settings;
    this.#events = events;
    this.#flags = inflates ? HEARD | INFLATES : HEARD;
    (stream as Owned)[OWNER] = this;
    // A stream that breaks closes, too. Servers listen for errors themselves.
    if (stream.listenerCount('error') === 0) stream.on('error', ignore);
    stream.on('close', finishOwner);
    if ('session' in stream) stream.on('aborted', finishOwner);
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return !this.#is(SENT_CLOSE | ENDED);
  }

  /** Bytes that wait for the client. */
  get queued(): number {
    return this.#writer?.queued ?? this.#stream.writableLength;
  }

  /** Begins to read; until the promise has settled, nothing is. */
  start(opened: void | Promise<void>): void {
    const stream = this.#stream;
    if (stream.destroyed) return this.finish();
    if (opened) this.#reads().hold(opened);
    stream.on('data', passChunk).on('end', passEnd).resume();
  }

  /** @returns whether the message is on its way, once it has left; false at once if the connection is closed or too slow */
  send(message: OutgoingMessage): Promise<boolean> {
    return this.#admits(message) ? this.#writes().send(message) : Promise.resolve(false);
  }

  /** As {@link Connection.send}, if nobody waits. */
  post(message: OutgoingMessage): boolean {
    if (!this.#admits(message)) return false;
    this.#writes().post(message);
    return true;
  }

  /** Closes the connection after what is queued. @param timeout milliseconds that the client has to answer */
  close(code: number, reason: string, timeout: number = this.#settings.closeTimeout): void {
    if (this.#is(ENDED)) return;
    this.#limitClosing(timeout);
    if (this.#is(SENT_CLOSE)) return;
    this.#sendClose(code, reason);
    // Nothing else is of interest but the close frame of the client.
    this.#reads().discard();
  }

  /** Cuts the connection, whatever is queued. */
  terminate(): void {
    const stream = this.#stream as Duplex & { close?: (code: number) => void };
    this.finish();
    // An HTTP/2 stream that is destroyed without a reset may wait for its window.
    if (!stream.destroyed) stream.close?.(CANCEL);
    stream.destroy();
  }

  /** Called at every interval: looks whether the client is still there, and asks it. */
  beat(): void {
    if (this.#is(ENDED | SENT_CLOSE)) return;
    const hasMoved = this.#writer?.takeMoved() === true;
    const hasHeard = this.#is(HEARD);
    this.#clear(HEARD);
    // A handler that takes its time stops reading, and the answer to the ping waits.
    const isLost =
      this.#reader?.isStopped === true
        ? this.queued > 0 && !hasMoved
        : !hasHeard && (this.#is(PING_SENT) || (this.#is(PING_QUEUED) && !hasMoved));
    if (isLost) return this.terminate();
    if (this.#reader?.isIdle === true) this.#reader = undefined;
    if (this.#writer?.isIdle === true) this.#writer = undefined;
    if (!this.#is(PING_QUEUED)) this.#ping();
  }

  #ping(): void {
    this.#clear(PING_SENT);
    this.#set(PING_QUEUED);
    const sent = (): void => {
      this.#clear(PING_QUEUED);
      this.#set(PING_SENT);
    };
    const stream = this.#stream;
    if (this.#writer || stream.writableLength > 0) this.#writes().write(PING, sent);
    else if (stream.writable) stream.write(PING, (error) => (error ? undefined : sent()));
  }

  #is(flags: number): boolean {
    return (this.#flags & flags) !== 0;
  }

  #set(flags: number): void {
    this.#flags |= flags;
  }

  #clear(flags: number): void {
    this.#flags &= ~flags;
  }

  #reads(): FrameReader {
    return (this.#reader ??= new FrameReader(this.#stream, this.#settings, this.#is(INFLATES), this));
  }

  #writes(): FrameWriter {
    return (this.#writer ??= new FrameWriter(
      this.#stream,
      this.#is(INFLATES) ? this.#settings.threshold : undefined,
    ));
  }

  #admits(message: OutgoingMessage): boolean {
    if (!this.isOpen) return false;
    const { queueLimit, slow } = this.#settings;
    const { queued } = this;
    if (queued === 0 || queued + message.size <= queueLimit) return true;
    if (slow === 'disconnect') {
      this.#noteFirst(CLOSE.policy, 'The client reads too slowly');
      this.terminate();
    }
    return false;
  }

  /** @internal Bytes have arrived. */
  take(chunk: Buffer): void {
    this.#set(HEARD);
    if (this.#is(ENDED)) return;
    this.#reads().take(chunk);
    this.onRest();
  }

  /** @internal */
  onRest(): void {
    if (this.#reader?.isUnused === true) this.#reader = undefined;
  }

  /** @internal The client has ended its side. */
  end(): void {
    if (!this.#is(ENDED)) this.#reads().end();
  }

  /** @internal */
  onMessage(data: Buffer, isBinary: boolean): void | Promise<void> {
    return this.#is(SENT_CLOSE) ? undefined : this.#events.onMessage(data, isBinary);
  }

  /** @internal If pings arrive faster than answers leave, only the last one is answered (RFC 6455 section 5.5.3). */
  onPing(payload: Buffer): void {
    if (this.#is(SENT_CLOSE)) return;
    if (this.#is(PONGING)) {
      (this.#rare ??= {}).owedPong = Buffer.from(payload);
      return;
    }
    this.#set(PONGING);
    this.#writes().write(encodeFrame(OPCODES.pong, payload), () => {
      this.#clear(PONGING);
      const owed = this.#rare?.owedPong;
      if (!owed) return;
      (this.#rare as Rare).owedPong = undefined;
      this.onPing(owed);
    });
  }

  /** @internal */
  onClose(code: number, reason: string): void {
    this.#set(RECEIVED_CLOSE);
    if (!this.#is(SENT_CLOSE)) {
      this.#noteFirst(code, reason);
      this.#sendClose(code === CLOSE.noStatus ? undefined : code, '');
    }
    this.onEnd();
  }

  /** @internal Fails the connection (RFC 6455 section 7.1.7). */
  onRefuse(code: number, reason: string): void {
    if (!this.#is(SENT_CLOSE)) this.#sendClose(code, reason);
    this.onEnd();
  }

  #sendClose(code: number | undefined, reason: string): void {
    this.#set(SENT_CLOSE);
    this.#noteFirst(code ?? CLOSE.noStatus, reason);
    this.#writes().write(encodeFrame(OPCODES.close, closePayload(code, reason)));
  }

  #noteFirst(code: number, reason: string): void {
    (this.#rare ??= {}).first ??= { code, reason };
  }

  /** @internal */
  onEnd(): void {
    if (this.#is(ENDED)) return;
    this.#limitClosing(this.#settings.closeTimeout);
    this.#writes().end();
  }

  #limitClosing(timeout: number): void {
    const rare = (this.#rare ??= {});
    clearTimeout(rare.closeTimer);
    rare.closeTimer = setTimeout(() => this.terminate(), timeout);
    rare.closeTimer.unref();
  }

  /** @internal The stream has closed, or is about to. */
  finish(): void {
    if (this.#is(ENDED)) return;
    this.#set(ENDED);
    const { first, closeTimer } = this.#rare ?? {};
    clearTimeout(closeTimer);
    this.#reader?.stop();
    this.#writer?.abandon();
    const { code, reason } = first ?? { code: CLOSE.lost, reason: '' };
    this.#events.onClose({ code, reason, wasClean: this.#is(SENT_CLOSE) && this.#is(RECEIVED_CLOSE) });
  }
}

const CANCEL = 8;
const PING = encodeFrame(OPCODES.ping, Buffer.alloc(0));

const OWNER = Symbol('owner');

interface Owned extends Duplex {
  [OWNER]?: Connection;
}

// Listeners that all streams share.
function finishOwner(this: Owned): void {
  this[OWNER]?.finish();
}

function passChunk(this: Owned, chunk: Buffer): void {
  this[OWNER]?.take(chunk);
}

function passEnd(this: Owned): void {
  this[OWNER]?.end();
}

function ignore(): void {}
