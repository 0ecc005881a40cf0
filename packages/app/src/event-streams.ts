import { leftOut } from '@blaizejs/errors/internal';

declare const BLAIZE_WITHOUT_CLOSE: true | undefined;

/** An event stream that is being sent. */
export interface Stoppable {
  /** Ends it between two of its chunks, as if its source had ended. */
  stop(): void;
  /** Breaks it off. */
  cut(): void;
}

// Milliseconds for a client to read what it was sent before the end.
const GRACE = 1_000;

/**
 * The event streams that are being sent. They never end by themselves, but clients reconnect, by then to another process.
 * Each is ended when the app stops, and broken off if its client takes nothing.
 */
export class EventStreams {
  readonly #open = new Set<Stoppable>();
  #hasEnded = false;

  /** Until the exchange is over, which is later than when its last chunk was written. */
  add(stream: Stoppable): void {
    this.#open.add(stream);
    // The request arrived during the shutdown. The stream begins one turn later.
    if (this.#hasEnded) setImmediate(() => stop(stream, this.#open));
  }

  delete(stream: Stoppable): void {
    this.#open.delete(stream);
  }

  end(): void {
    this.#hasEnded = true;
    for (const stream of this.#open) stop(stream, this.#open);
  }
}

const stop = typeof BLAIZE_WITHOUT_CLOSE === 'undefined' ? stopOrCut : leftOut('close()');

function stopOrCut(stream: Stoppable, open: ReadonlySet<Stoppable>): void {
  stream.stop();
  const timer = setTimeout(() => {
    if (open.has(stream)) stream.cut();
  }, GRACE);
  (timer as Partial<NodeJS.Timeout>).unref?.();
}
