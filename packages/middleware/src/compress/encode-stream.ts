import type { Readable } from 'node:stream';

import { discard, END, isEndable, toChunk } from '@blaizejs/context/internal';

import type { Coder, Encoder } from './coders.ts';

// Bytes that may wait for the encoder. Above that, the source is paused.
const MAX_PENDING = 65_536;

// Milliseconds after which what an encoder has kept is written out, if the source is slow.
const FLUSH_DELAY = 50;

/**
 * Encodes a stream as it comes. Chunks that arrive while the encoder is busy are encoded as one, so that many small ones cost
 * little. Everything that arrived is sent within 50 ms, or at once with `flushEach`.
 *
 * It reads no faster than the result is read. The source is destroyed with the result, and the other way round.
 */
export function encodeStream(source: Readable, coder: Coder, flushEach: boolean): Readable {
  const encoder = coder.createEncoder(flushEach);
  const feed = new Feed(source, encoder, coder, flushEach);
  return Object.assign(encoder, { [END]: () => feed.end() });
}

/** Encodes a whole answer in another thread, as fast as the result is read. */
export function encodeWhole(payload: string | Uint8Array, coder: Coder): Readable {
  // It ends by itself, so it need not be told to.
  return Object.assign(coder.createEncoder(false).end(payload), { [END]: () => undefined });
}

/** Feeds an encoder from a stream. */
class Feed {
  readonly #source: Readable;
  readonly #encoder: Encoder;
  readonly #coder: Coder;
  readonly #flushEach: boolean;
  #pending: Uint8Array[] = [];
  #size = 0;
  #busy = false;
  #ended = false;
  /** Whether the encoder may have kept something. */
  #isKeeping = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: Readable, encoder: Encoder, coder: Coder, flushEach: boolean) {
    this.#source = source;
    this.#encoder = encoder;
    this.#coder = coder;
    this.#flushEach = flushEach;
    encoder.once('close', () => {
      clearTimeout(this.#timer);
      this.#letGo();
      discard(source);
    });
    source.on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
    if (source.errored) encoder.destroy(source.errored);
    else if (source.readableEnded) this.#onEnd();
    else if (source.destroyed) encoder.destroy();
    else source.on('data', this.#onData);
  }

  /** Ends the result as if the source had ended; a source that has something to say before that says it. */
  end(): void {
    if (isEndable(this.#source)) {
      this.#source[END]();
      return;
    }
    this.#letGo();
    this.#source.pause();
    this.#onEnd();
  }

  readonly #onData = (chunk: unknown): void => {
    let bytes: Uint8Array;
    try {
      bytes = toBytes(chunk);
    } catch (error) {
      this.#encoder.destroy(error as Error);
      return;
    }
    if (bytes.byteLength === 0) return;
    this.#pending.push(bytes);
    this.#size += bytes.byteLength;
    if (this.#size >= MAX_PENDING) this.#source.pause();
    if (!this.#busy) this.#next();
  };

  readonly #onEnd = (): void => {
    if (this.#ended) return;
    this.#ended = true;
    if (!this.#busy) this.#next();
  };

  readonly #onError = (error: Error): void => {
    this.#encoder.destroy(error);
  };

  /** Without an end, it has failed. */
  readonly #onClose = (): void => {
    if (!this.#ended) this.#encoder.destroy();
  };

  /** Called when the encoder has taken everything that it was given. */
  readonly #onIdle = (): void => {
    this.#busy = false;
    this.#next();
  };

  #next(): void {
    const encoder = this.#encoder;
    if (encoder.destroyed) return;
    if (this.#size > 0) {
      const [first = new Uint8Array()] = this.#pending;
      const batch = this.#pending.length === 1 ? first : Buffer.concat(this.#pending);
      this.#pending = [];
      this.#size = 0;
      this.#busy = this.#isKeeping = true;
      encoder.write(batch, this.#onIdle);
      if (!this.#ended && this.#source.isPaused()) this.#source.resume();
    } else if (this.#ended) {
      encoder.end();
    } else if (this.#isKeeping && !this.#flushEach) {
      this.#timer ??= setTimeout(this.#flush, FLUSH_DELAY).unref();
    }
  }

  readonly #flush = (): void => {
    this.#timer = undefined;
    // Once it is idle again, the timer starts again.
    if (this.#busy || this.#ended || this.#encoder.destroyed) return;
    this.#busy = true;
    this.#isKeeping = false;
    this.#coder.flush(this.#encoder, this.#onIdle);
  };

  #letGo(): void {
    this.#source
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onClose);
  }
}

function toBytes(chunk: unknown): Uint8Array {
  const given = toChunk(chunk);
  return typeof given === 'string' ? Buffer.from(given) : given;
}
