const NOTHING = Buffer.alloc(0);

/** The bytes of a stream that have arrived but have not been used. Only `more()` reads from the stream. */
export class ByteQueue {
  bytes: Buffer;
  readonly #chunks: AsyncIterator<Uint8Array>;
  #ended = false;

  /** @param first what stands before the stream */
  constructor(stream: AsyncIterable<Uint8Array>, first: Buffer = NOTHING) {
    this.#chunks = stream[Symbol.asyncIterator]();
    this.bytes = first;
  }

  /** Waits for more bytes. Returns false at the end of the stream. */
  async more(): Promise<boolean> {
    if (this.#ended) return false;
    const next = await this.#chunks.next();
    if (next.done === true) {
      this.#ended = true;
      return false;
    }
    const { buffer, byteOffset, byteLength } = next.value;
    const chunk = Buffer.from(buffer, byteOffset, byteLength);
    this.bytes = this.bytes.length === 0 ? chunk : Buffer.concat([this.bytes, chunk]);
    return true;
  }

  /** Waits until there are `count` bytes. Returns false if the stream ends before that. */
  async has(count: number): Promise<boolean> {
    while (this.bytes.length < count) if (!(await this.more())) return false;
    return true;
  }

  /** Takes bytes out of the queue. */
  take(count: number): Buffer {
    const taken = this.bytes.subarray(0, count);
    this.bytes = this.bytes.subarray(count);
    return taken;
  }

  /** Discards what has arrived and everything that follows. */
  async drain(): Promise<void> {
    do this.bytes = NOTHING;
    while (await this.more());
  }

  /** Ends the stream early. */
  async close(): Promise<void> {
    this.#ended = true;
    await this.#chunks.return?.();
  }
}

/** Collects bytes. It copies them, since many small chunks would keep many times their size in memory. */
export class Collected {
  // Not shared memory, which the DOM's types of a Blob refuse.
  #bytes: Buffer<ArrayBuffer> = NOTHING;
  size = 0;

  add(chunk: Uint8Array): void {
    const size = this.size + chunk.length;
    if (size > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(
        Math.max(size, Math.min(2 * this.#bytes.length, size + 1024 * 1024)),
      );
      this.#bytes.copy(larger, 0, 0, this.size);
      this.#bytes = larger;
    }
    this.#bytes.set(chunk, this.size);
    this.size = size;
  }

  get bytes(): Buffer<ArrayBuffer> {
    return this.#bytes.subarray(0, this.size);
  }
}
