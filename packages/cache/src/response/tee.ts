import { Transform, type TransformCallback } from 'node:stream';

/** Passes a stream on, and keeps a copy of its bytes. */
export class Tee extends Transform {
  readonly #max: number;
  readonly #done: (bytes: Uint8Array | undefined) => void;
  #chunks: Buffer[] | undefined = [];
  #size = 0;

  /** @param done is called once: with the bytes when the stream has ended; undefined if it broke off, or has more than `max` */
  constructor(max: number, done: (bytes: Uint8Array | undefined) => void) {
    super({ decodeStrings: true });
    this.#max = max;
    this.#done = done;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, next: TransformCallback): void {
    if (this.#chunks) {
      this.#size += chunk.byteLength;
      if (this.#size > this.#max) this.#finish(undefined);
      // Its owner may use the memory again.
      else this.#chunks.push(Buffer.from(chunk));
    }
    next(null, chunk);
  }

  override _flush(next: TransformCallback): void {
    if (this.#chunks) this.#finish(Buffer.concat(this.#chunks));
    next();
  }

  override _destroy(error: Error | null, next: (error: Error | null) => void): void {
    this.#finish(undefined);
    next(error);
  }

  #finish(bytes: Uint8Array | undefined): void {
    if (!this.#chunks) return;
    this.#chunks = undefined;
    this.#done(bytes);
  }
}
