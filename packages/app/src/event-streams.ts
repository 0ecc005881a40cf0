import type { Readable } from 'node:stream';

import { END } from '@blaizejs/context/internal';
import type { Exchange } from '@blaizejs/types/internal';

// Milliseconds for a client to read what it was sent before the end.
const GRACE = 1_000;

/**
 * The event streams that are being sent. They never end by themselves, but clients reconnect, by then to another process.
 * Each is ended between two of its chunks, as if its source had ended. It is broken off if its client takes nothing.
 */
export class EventStreams {
  readonly #open = new Map<Readable, Exchange>();
  #hasEnded = false;

  /** Until the exchange is over, which is later than when its last chunk was written. */
  add(source: Readable, exchange: Exchange): void {
    this.#open.set(source, exchange);
    // The request arrived during the shutdown. Its pump starts to listen one turn later.
    if (this.#hasEnded) setImmediate(() => this.#end(source));
  }

  delete(source: Readable): void {
    this.#open.delete(source);
  }

  end(): void {
    this.#hasEnded = true;
    for (const source of this.#open.keys()) this.#end(source);
  }

  #end(source: Readable): void {
    source.emit(END);
    const timer = setTimeout(() => this.#open.get(source)?.abort(), GRACE);
    (timer as Partial<NodeJS.Timeout>).unref?.();
  }
}
