const FIRST = 0;
const SECOND = 1;
const LENGTH = 2;
const REST = 3;

const FIN = 0x80;
const CONTROL = 0x08;

/** Finds where frames end without reading them (RFC 6455 section 5.2), so that they can be read one by one. */
export class FrameEnds {
  #state = FIRST;
  /** Bytes of the length that are missing. */
  #digits = 0;
  #length = 0;
  #mask = 0;
  /** Bytes of mask and payload that are missing. */
  #rest = 0;
  /** Whether frames of a message have come, but not its last one. */
  isWithinMessage = false;
  /** Whether the last bytes that {@link FrameEnds.next} has passed were the end of a frame. */
  isComplete = true;

  /** @returns where the frame ends that `from` is in, or the end of the chunk if the frame is not complete */
  next(chunk: Uint8Array, from: number): number {
    let at = from;
    this.isComplete = false;
    while (at < chunk.length && !this.#isAtEnd()) {
      if (this.#state === REST) {
        const taken = Math.min(this.#rest, chunk.length - at);
        this.#rest -= taken;
        at += taken;
        this.#endIfDone();
      } else {
        this.#readHead(chunk[at] as number);
        at += 1;
      }
    }
    return at;
  }

  #isAtEnd(): boolean {
    return this.isComplete;
  }

  #readHead(byte: number): void {
    if (this.#state === FIRST) {
      this.#state = SECOND;
      // Control frames may come in between (RFC 6455 section 5.4).
      if ((byte & CONTROL) === 0) this.isWithinMessage = (byte & FIN) === 0;
    } else if (this.#state === SECOND) {
      this.#mask = byte & 0x80 ? 4 : 0;
      this.#length = byte & 0x7f;
      this.#digits = this.#length === 127 ? 8 : this.#length === 126 ? 2 : 0;
      if (this.#digits === 0) this.#beginRest();
      else {
        this.#state = LENGTH;
        this.#length = 0;
      }
    } else {
      this.#length = this.#length * 256 + byte;
      this.#digits -= 1;
      if (this.#digits === 0) this.#beginRest();
    }
  }

  #beginRest(): void {
    this.#state = REST;
    this.#rest = this.#mask + this.#length;
    this.#endIfDone();
  }

  #endIfDone(): void {
    if (this.#rest > 0) return;
    this.#state = FIRST;
    this.isComplete = true;
  }
}
