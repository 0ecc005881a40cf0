import type { Readable } from 'node:stream';

/** Tells the pump of a stream to take nothing more from it. */
export const END = Symbol('end');

/**
 * The event streams that are being sent. They never end by themselves, but their readers come back: by then to another
 * process. Each ends between two of its chunks, as if its source had.
 */
export class EventStreams {
  readonly #open = new Set<Readable>();
  #hasEnded = false;

  add(source: Readable): void {
    this.#open.add(source);
    // A request that came while connections were told to go elsewhere. Its pump listens a turn later.
    if (this.#hasEnded) setImmediate(() => source.emit(END));
  }

  delete(source: Readable): void {
    this.#open.delete(source);
  }

  end(): void {
    this.#hasEnded = true;
    for (const source of this.#open) source.emit(END);
  }
}
