import type { Readable } from 'node:stream';

import { END } from '@blaizejs/context/internal';

/**
 * The event streams that are being sent. They never end by themselves, but clients reconnect, by then to another process.
 * Each is ended between two of its chunks, as if its source had ended.
 */
export class EventStreams {
  readonly #open = new Set<Readable>();
  #hasEnded = false;

  add(source: Readable): void {
    this.#open.add(source);
    // The request arrived during the shutdown. Its pump starts to listen one turn later.
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
