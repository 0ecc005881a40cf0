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
}

/** What a connection tells. */
export interface ConnectionEvents {
  /** Nothing else is read until the promise has settled. Must not throw or reject. */
  onMessage(data: Buffer, isBinary: boolean): void | Promise<void>;
  /** Called once. */
  onClose(close: WebSocketClose): void;
}

/** The protocol of one WebSocket (RFC 6455), over the stream of either transport. */
export class Connection implements FrameEvents {
  readonly #stream: Duplex;
  readonly #settings: ConnectionSettings;
  readonly #events: ConnectionEvents;
  readonly #reader: FrameReader;
  readonly #writer: FrameWriter;
  /** What the first close frame said. */
  #first: { readonly code: number; readonly reason: string } | undefined;
  #hasSentClose = false;
  #hasReceivedClose = false;
  #hasEnded = false;
  #closeTimer: NodeJS.Timeout | undefined;
  #pingState: 'none' | 'queued' | 'sent' = 'none';
  /** The payload of a ping that is to be answered once the last answer is sent. */
  #owedPong: Buffer | undefined;
  #isPonging = false;

  /** @param threshold compress messages from so many bytes on; undefined if the client does not take compressed ones */
  constructor(
    stream: Duplex,
    settings: ConnectionSettings,
    threshold: number | undefined,
    events: ConnectionEvents,
  ) {
    this.#stream = stream;
    this.#settings = settings;
    this.#events = events;
    this.#writer = new FrameWriter(stream, threshold);
    this.#reader = new FrameReader(stream, settings, threshold !== undefined, this);
    (stream as Owned)[OWNER] = this;
    // A stream that breaks closes, too.
    stream.on('error', ignore).on('close', finishOwner);
    if ('session' in stream) stream.on('aborted', finishOwner);
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return !this.#hasSentClose && !this.#hasEnded;
  }

  /** Bytes that wait for the client. */
  get queued(): number {
    return this.#writer.queued;
  }

  /** Begins to read; until the promise has settled, nothing is. */
  start(opened: void | Promise<void>): void {
    if (this.#stream.destroyed) this.finish();
    else this.#reader.start(opened);
  }

  /** @returns whether the message is on its way, once it has left; false at once if the connection is closed or too slow */
  send(message: OutgoingMessage): Promise<boolean> {
    return this.#admits(message) ? this.#writer.send(message) : Promise.resolve(false);
  }

  /** As {@link Connection.send}, if nobody waits. */
  post(message: OutgoingMessage): boolean {
    if (!this.#admits(message)) return false;
    this.#writer.post(message);
    return true;
  }

  /** Closes the connection after what is queued. @param timeout milliseconds that the client has to answer */
  close(code: number, reason: string, timeout: number = this.#settings.closeTimeout): void {
    if (this.#hasEnded) return;
    this.#limitClosing(timeout);
    if (this.#hasSentClose) return;
    this.#sendClose(code, reason);
    // Nothing else is of interest but the close frame of the client.
    this.#reader.discard();
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
    if (this.#hasEnded || this.#hasSentClose) return;
    const hasMoved = this.#writer.takeMoved();
    const hasHeard = this.#reader.takeHeard();
    // A handler that takes its time stops reading, and the answer to the ping waits.
    const isLost = this.#reader.isStopped
      ? this.queued > 0 && !hasMoved
      : !hasHeard && (this.#pingState === 'sent' || (this.#pingState === 'queued' && !hasMoved));
    if (isLost) return this.terminate();
    if (this.#pingState === 'queued') return;
    this.#pingState = 'queued';
    this.#writer.write(encodeFrame(OPCODES.ping, NOTHING), () => (this.#pingState = 'sent'));
  }

  #admits(message: OutgoingMessage): boolean {
    if (!this.isOpen) return false;
    const { queueLimit, slow } = this.#settings;
    const { queued } = this.#writer;
    if (queued === 0 || queued + message.size <= queueLimit) return true;
    if (slow === 'disconnect') {
      this.#first ??= { code: CLOSE.policy, reason: 'The client reads too slowly' };
      this.terminate();
    }
    return false;
  }

  /** @internal */
  onMessage(data: Buffer, isBinary: boolean): void | Promise<void> {
    return this.#hasSentClose ? undefined : this.#events.onMessage(data, isBinary);
  }

  /** @internal If pings arrive faster than answers leave, only the last one is answered (RFC 6455 section 5.5.3). */
  onPing(payload: Buffer): void {
    if (this.#hasSentClose) return;
    if (this.#isPonging) {
      this.#owedPong = Buffer.from(payload);
      return;
    }
    this.#isPonging = true;
    this.#writer.write(encodeFrame(OPCODES.pong, payload), () => {
      this.#isPonging = false;
      const owed = this.#owedPong;
      this.#owedPong = undefined;
      if (owed) this.onPing(owed);
    });
  }

  /** @internal */
  onClose(code: number, reason: string): void {
    this.#hasReceivedClose = true;
    if (!this.#hasSentClose) {
      this.#first ??= { code, reason };
      this.#sendClose(code === CLOSE.noStatus ? undefined : code, '');
    }
    this.onEnd();
  }

  /** @internal Fails the connection (RFC 6455 section 7.1.7). */
  onRefuse(code: number, reason: string): void {
    if (!this.#hasSentClose) this.#sendClose(code, reason);
    this.onEnd();
  }

  #sendClose(code: number | undefined, reason: string): void {
    this.#hasSentClose = true;
    this.#first ??= { code: code ?? CLOSE.noStatus, reason };
    this.#writer.write(encodeFrame(OPCODES.close, closePayload(code, reason)));
  }

  /** @internal */
  onEnd(): void {
    if (this.#hasEnded) return;
    this.#limitClosing(this.#settings.closeTimeout);
    this.#writer.end();
  }

  #limitClosing(timeout: number): void {
    clearTimeout(this.#closeTimer);
    this.#closeTimer = setTimeout(() => this.terminate(), timeout);
    this.#closeTimer.unref();
  }

  /** @internal The stream has closed, or is about to. */
  finish(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#closeTimer);
    this.#reader.stop();
    this.#writer.abandon();
    const { code, reason } = this.#first ?? { code: CLOSE.lost, reason: '' };
    this.#events.onClose({ code, reason, wasClean: this.#hasSentClose && this.#hasReceivedClose });
  }
}

const CANCEL = 8;
const NOTHING = Buffer.alloc(0);

const OWNER = Symbol('owner');

interface Owned extends Duplex {
  [OWNER]?: Connection;
}

// Listeners that all streams share.
function finishOwner(this: Owned): void {
  this[OWNER]?.finish();
}

function ignore(): void {}
