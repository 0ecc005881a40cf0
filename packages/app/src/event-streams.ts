/** An event stream that is being sent. */
export interface Stoppable {
  /** Ends it between two of its chunks, as if its source had ended. */
  stop(): void;
}

/** The event streams that are being sent. They never end by themselves, but clients reconnect, by then to another process. */
export class EventStreams {
  readonly #open = new Set<Stoppable>();
  #hasEnded = false;

  add(stream: Stoppable): void {
    this.#open.add(stream);
    // The request arrived during the shutdown. The stream begins one turn later.
    if (this.#hasEnded) setImmediate(() => stream.stop());
  }

  delete(stream: Stoppable): void {
    this.#open.delete(stream);
  }

  end(): void {
    this.#hasEnded = true;
    for (const stream of this.#open) stream.stop();
  }
}
