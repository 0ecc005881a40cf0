// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- those who check these sources need it, too
/// <reference path="./ws.d.ts" />
import { Receiver } from 'ws';

import { Inflater } from './deflate.ts';

/** Limits for what a client sends. */
export interface ReceiverSettings {
  /** Bytes of a message, after inflation. */
  readonly maxMessageSize: number;
  /** Frames of a message. */
  readonly maxFrames: number;
}

/** What a receiver has read. */
export interface Receiving {
  message(data: Buffer, isBinary: boolean): void;
  ping(payload: Buffer): void;
  close(code: number, reason: Buffer): void;
  fail(error: Error): void;
}

// Receivers that are kept for the next message. More of them are at work only if as many messages are half read.
const SPARE = 8;
const MIN_CHUNKS = 4096;
const BYTES_PER_CHUNK = 256;

const READER = Symbol('reader');

interface Read extends Receiver {
  [READER]?: Receiving | undefined;
}

/**
 * Lends receivers to connections. One takes more memory than all else that an idle WebSocket needs of this package, and knows
 * nothing that matters between two messages; so a connection has one only while a message is being read.
 */
export class Receivers {
  readonly #settings: ReceiverSettings;
  readonly #inflates: boolean;
  readonly #spare: Read[] = [];

  /** @param inflates whether messages may be compressed */
  private constructor(settings: ReceiverSettings, inflates: boolean) {
    this.#settings = settings;
    this.#inflates = inflates;
  }

  /** Those that connections with the same settings share. */
  static of(settings: ReceiverSettings, inflates: boolean): Receivers {
    const shared = inflates ? inflating : plain;
    const known = shared.get(settings);
    if (known) return known;
    const receivers = new Receivers(settings, inflates);
    shared.set(settings, receivers);
    return receivers;
  }

  lend(to: Receiving): Receiver {
    const receiver = this.#spare.pop() ?? this.#make();
    receiver[READER] = to;
    return receiver;
  }

  /** To be called between two messages; not with a receiver that has failed. */
  take(receiver: Receiver): void {
    (receiver as Read)[READER] = undefined;
    if (this.#spare.length < SPARE) this.#spare.push(receiver);
  }

  #make(): Read {
    const { maxMessageSize, maxFrames } = this.#settings;
    return new Receiver({
      isServer: true,
      maxPayload: maxMessageSize,
      maxFragments: maxFrames,
      // Each chunk has its own overhead, however small it is.
      maxBufferedChunks: Math.max(MIN_CHUNKS, Math.ceil(maxMessageSize / BYTES_PER_CHUNK)),
      extensions: this.#inflates ? { 'permessage-deflate': new Inflater(maxMessageSize) } : {},
      allowSynchronousEvents: true,
    })
      .on('message', passMessage)
      .on('ping', passPing)
      .on('conclude', passClose)
      .on('error', passError);
  }
}

const plain = new WeakMap<ReceiverSettings, Receivers>();
const inflating = new WeakMap<ReceiverSettings, Receivers>();

// Listeners that all receivers share.
function passMessage(this: Read, data: Buffer, isBinary: boolean): void {
  this[READER]?.message(data, isBinary);
}

function passPing(this: Read, payload: Buffer): void {
  this[READER]?.ping(payload);
}

function passClose(this: Read, code: number, reason: Buffer): void {
  this[READER]?.close(code, reason);
}

function passError(this: Read, error: Error): void {
  this[READER]?.fail(error);
}
