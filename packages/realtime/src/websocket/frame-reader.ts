// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- those who check these sources need it, too
/// <reference path="./ws.d.ts" />
import type { Duplex } from 'node:stream';

import type { Receiver } from 'ws';

import { CLOSE, codeForError } from './close-codes.ts';
import { InflatedTooLargeError } from './deflate.ts';
import { FrameEnds } from './frame-ends.ts';
import { Receivers, type ReceiverSettings } from './receivers.ts';

/** Limits for what a client sends. */
export interface FrameReaderSettings extends ReceiverSettings {
  /** Messages and pings per second; 0 for no limit. */
  readonly maxMessageRate: number;
}

/** What is read. */
export interface FrameEvents {
  onMessage(data: Buffer, isBinary: boolean): void | Promise<void>;
  onPing(payload: Buffer): void;
  /** The client has sent a close frame. */
  onClose(code: number, reason: string): void;
  /** The client has sent something that it must not send. */
  onRefuse(code: number, reason: string): void;
  /** The client has ended its side without a close frame. */
  onEnd(): void;
  /** A handler has ended, and nothing is under way. */
  onRest?(): void;
}

/** Reads the frames of a client one by one. While a message is handled, it stops the stream, and with that the client. */
export class FrameReader {
  readonly #stream: Duplex;
  readonly #settings: FrameReaderSettings;
  readonly #events: FrameEvents;
  readonly #receivers: Receivers;
  /** Only while a message is being read. */
  #receiver: Receiver | undefined;
  readonly #ends = new FrameEnds();
  /** What has arrived, and how much of it was read. */
  #chunk: Buffer | undefined;
  #at = 0;
  /** Whether a message is being handled. */
  #isBusy = false;
  #isDiscarding = false;
  /** Whether nothing more is read: after a close frame, an error, or the end. */
  #isDone = false;
  /** Made when it is first needed: most connections are idle. */
  #proceed: (() => void) | undefined;
  #isPaused = false;
  /** Messages that may arrive now, and when that was counted. */
  #tokens: number;
  #countedAt = 0;

  constructor(stream: Duplex, settings: FrameReaderSettings, inflates: boolean, events: FrameEvents) {
    this.#stream = stream;
    this.#settings = settings;
    this.#events = events;
    this.#tokens = settings.maxMessageRate;
    this.#receivers = Receivers.of(settings, inflates);
  }

  /** Whether a handler keeps it from reading. */
  get isStopped(): boolean {
    return this.#isBusy && !this.#isDiscarding;
  }

  /** Whether nothing has been counted, and nothing is under way: a new reader would know as much. */
  get isUnused(): boolean {
    return this.#countedAt === 0 && this.#isAtRest;
  }

  /** As {@link FrameReader.isUnused}, if what was counted has been made up for. */
  get isIdle(): boolean {
    return this.#isAtRest && performance.now() - this.#countedAt >= 1000;
  }

  get #isAtRest(): boolean {
    if (this.#chunk || this.#receiver || this.#isBusy || this.#isPaused) return false;
    if (this.#isDiscarding || this.#isDone) return false;
    return this.#ends.isComplete && !this.#ends.isWithinMessage;
  }

  /** @internal */
  take(chunk: Buffer): void {
    if (this.#isDone) return;
    this.#chunk = this.#chunk ? Buffer.concat([this.#chunk.subarray(this.#at), chunk]) : chunk;
    this.#at = 0;
    this.#pump();
  }

  /** @internal */
  end(): void {
    if (this.#isDone) return;
    this.stop();
    this.#events.onEnd();
  }

  /** @internal */
  ping(payload: Buffer): void {
    if (this.#count()) this.#events.onPing(payload);
  }

  /** @internal */
  close(code: number, reason: Buffer): void {
    this.stop();
    this.#events.onClose(code, reason.toString());
  }

  /** Reads on without waiting for handlers, and passes no more messages. */
  discard(): void {
    this.#isDiscarding = true;
    if (!this.#isDone) this.#pump();
  }

  /** Reads nothing more, but takes what arrives, to see the end. */
  stop(): void {
    this.#isDone = true;
    this.#chunk = this.#receiver = undefined;
    this.#resume();
  }

  /** Reads until something has to be waited for: a handler, the inflation of a message, or more bytes. */
  #pump(): void {
    while (this.#chunk && !this.#isDone && !this.isStopped && this.#isReceiverFree()) {
      const from = this.#at;
      this.#at = this.#ends.next(this.#chunk, from);
      let bytes = this.#chunk.subarray(from, this.#at);
      if (this.#at === this.#chunk.length) {
        this.#chunk = undefined;
        // The rest of a frame may come late, and the buffer that this is part of may be much larger.
        if (!this.#ends.isComplete && bytes.length * 2 < bytes.buffer.byteLength) {
          bytes = Buffer.from(bytes);
        }
      }
      this.#receiver ??= this.#receivers.lend(this);
      this.#receiver.write(bytes, (this.#proceed ??= () => this.#pump()));
    }
    this.#returnReceiver();
    if (this.#isDone || (!this.#chunk && !this.isStopped)) this.#resume();
    else if (!this.#isPaused) {
      this.#isPaused = true;
      this.#stream.pause();
    }
  }

  #isReceiverFree(): boolean {
    const receiver = this.#receiver;
    return !receiver || (receiver.writableLength === 0 && receiver.errored === null);
  }

  /** Between two messages, a receiver knows nothing of the connection. */
  #returnReceiver(): void {
    const receiver = this.#receiver;
    if (!receiver || this.#isDone || !this.#isReceiverFree()) return;
    if (!this.#ends.isComplete || this.#ends.isWithinMessage) return;
    this.#receiver = undefined;
    this.#receivers.take(receiver);
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#stream.resume();
  }

  /** @internal */
  message(data: Buffer, isBinary: boolean): void {
    if (this.#isDiscarding || this.#isDone || !this.#count()) return;
    const handling = this.#events.onMessage(data, isBinary);
    if (handling) this.hold(handling);
  }

  /** Passes no messages until the promise has settled. */
  hold(handling: Promise<void>): void {
    this.#isBusy = true;
    const proceed = (): void => {
      this.#isBusy = false;
      if (this.#isDone) return;
      this.#pump();
      if (this.#isAtRest) this.#events.onRest?.();
    };
    handling.then(proceed, proceed);
  }

  /** @returns whether the message is within the rate. Unused messages of the last second add up. */
  #count(): boolean {
    const { maxMessageRate } = this.#settings;
    if (maxMessageRate === 0) return true;
    const now = performance.now();
    const gained = ((now - this.#countedAt) / 1000) * maxMessageRate;
    this.#tokens = Math.min(maxMessageRate, this.#tokens + gained) - 1;
    this.#countedAt = now;
    if (this.#tokens >= 0) return true;
    if (!this.#isDone) this.#refuse(CLOSE.policy, 'Too many messages');
    return false;
  }

  /** @internal */
  fail(error: Error): void {
    if (this.#isDone) return;
    if (error instanceof InflatedTooLargeError) this.#refuse(CLOSE.tooBig, '');
    else this.#refuse(codeForError(error), '');
  }

  #refuse(code: number, reason: string): void {
    this.stop();
    this.#events.onRefuse(code, reason);
  }
}
