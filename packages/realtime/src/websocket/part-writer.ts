import type { Duplex } from 'node:stream';

// Bytes that are passed on at a time.
const PART = 16 * 1024;

interface Waiting {
  bytes: Buffer;
  readonly done: ((isSent: boolean) => void) | undefined;
}

/**
 * Writes to an HTTP/2 stream in small parts, each when the one before has left. All that is passed to Node at once counts against
 * the memory of the session, beyond which its other streams are refused.
 */
export class PartWriter {
  readonly #stream: Duplex;
  readonly #onMove: (isEmpty: boolean) => void;
  #waiting: Waiting[] = [];
  #isWriting = false;
  #isEnding = false;
  /** Bytes that wait here. */
  size = 0;

  /** @param onMove called when a part has left, with whether it was the last one */
  constructor(stream: Duplex, onMove: (isEmpty: boolean) => void) {
    this.#stream = stream;
    this.#onMove = onMove;
  }

  write(bytes: Buffer, done: ((isSent: boolean) => void) | undefined): void {
    this.#waiting.push({ bytes, done });
    this.size += bytes.length;
    this.#next();
  }

  /** Ends the stream behind everything. */
  end(): void {
    this.#isEnding = true;
    this.#next();
  }

  abandon(): void {
    this.#waiting = [];
    this.size = 0;
  }

  #next(): void {
    if (this.#isWriting) return;
    if (this.#waiting.length === 0) {
      if (this.#isEnding) this.#stream.end();
      return;
    }
    const { part, leaving } = this.#take();
    this.#isWriting = true;
    this.#stream.write(part, (error) => {
      this.#isWriting = false;
      this.#onMove(this.#waiting.length === 0 && !this.#isEnding);
      for (const { done } of leaving) done?.(!error);
      this.#next();
    });
  }

  /** The next bytes, and what leaves with them. */
  #take(): { readonly part: Buffer; readonly leaving: readonly Waiting[] } {
    const parts: Buffer[] = [];
    let count = 0;
    let left = PART;
    for (const each of this.#waiting) {
      const taken = each.bytes.subarray(0, left);
      parts.push(taken);
      left -= taken.length;
      if (taken.length < each.bytes.length) {
        each.bytes = each.bytes.subarray(taken.length);
        break;
      }
      count += 1;
      if (left === 0) break;
    }
    this.size -= PART - left;
    const [first] = parts;
    const part = first && parts.length === 1 ? first : Buffer.concat(parts);
    return { part, leaving: this.#waiting.splice(0, count) };
  }
}
