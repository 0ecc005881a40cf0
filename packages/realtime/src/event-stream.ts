import { Readable } from 'node:stream';

import { END } from '@blaizejs/context/internal';

import { formatEvent } from './event-text.ts';

/** Events without a promise for each: a stream that waits for one takes a third of the memory. */
export interface PolledEvents {
  /** @returns undefined if there is none yet, null if there will be none */
  poll(): string | Uint8Array | undefined | null;
  /** Calls back once when it is worth asking again, or with an error if there will be no more. */
  whenMore(again: (error?: unknown) => void): void;
  return(): Promise<unknown>;
}

/** What an {@link EventStream} is made of. */
export interface EventStreamParts {
  /** The events, as they are sent. */
  readonly events: AsyncIterator<string | Uint8Array> | PolledEvents;
  /** What is sent before them. */
  readonly first: string;
  /** Milliseconds without an event after which a comment is sent; 0 for never. */
  readonly heartbeat: number;
  /** Milliseconds that clients should wait before they connect again. */
  readonly retry: () => number;
  /** Called when nobody reads any more. */
  readonly onClose: () => void;
  /** Breaks the answer off, even if the client does not read; does nothing if the client has all of it. */
  readonly cut: () => void;
}

/** What keeps proxies from closing the connection, and shows that the client has left: a comment. */
const BEAT = ':\n\n';

/** Milliseconds for a client to read what it was sent before the stream ends. */
const GRACE = 1_000;

/**
 * The body of an answer: takes an event only when the client reads. It does not begin before somebody does, so a HEAD starts
 * nothing.
 */
export class EventStream extends Readable {
  readonly #parts: EventStreamParts;
  #timer: NodeJS.Timeout | undefined;
  #begun = false;
  #taking = false;
  #over = false;
  #again: ((error?: unknown) => void) | undefined;

  constructor(parts: EventStreamParts) {
    super({ highWaterMark: 16_384 });
    this.#parts = parts;
  }

  override _read(): void {
    if (!this.#begun) {
      this.#begun = true;
      const { heartbeat, first } = this.#parts;
      if (heartbeat > 0) this.#timer = setInterval(() => this.#beat(), heartbeat).unref();
      this.push(first);
    }
    this.#take();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#over = true;
    clearInterval(this.#timer);
    const { events, onClose } = this.#parts;
    onClose();
    // A generator that waits for something else than the signal ends when that has happened.
    void Promise.resolve(events.return?.()).catch(() => undefined);
    callback(error);
  }

  /** Called when the server stops. */
  [END](): void {
    this.#end(formatEvent({ retry: this.#parts.retry() }));
    // Also if this has been read to its end: what was read may still wait for the client.
    setTimeout(this.#parts.cut, GRACE).unref();
  }

  #take(): void {
    if (this.#taking || this.#over) return;
    this.#taking = true;
    const { events } = this.#parts;
    if ('poll' in events) return this.#poll(events);
    events.next().then(
      ({ done, value }) => this.#took(done ? null : value),
      (error: unknown) => this.destroy(error as Error),
    );
  }

  #poll(events: PolledEvents): void {
    try {
      const found = events.poll();
      if (found === undefined) return events.whenMore((this.#again ??= (error) => this.#takeAgain(error)));
      this.#took(found);
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  #takeAgain(error: unknown): void {
    if (error !== undefined) return void this.destroy(error as Error);
    this.#taking = false;
    this.#take();
  }

  #took(value: string | Uint8Array | null): void {
    this.#taking = false;
    if (this.#over) return;
    if (value === null) return this.#end();
    this.#timer?.refresh();
    this.push(value);
  }

  /** Nothing is added while something waits for the client. */
  #beat(): void {
    if (!this.#over && this.readableLength === 0) this.push(BEAT);
  }

  #end(last?: string): void {
    if (this.#over) return;
    this.#over = true;
    clearInterval(this.#timer);
    if (last !== undefined) this.push(last);
    this.push(null);
  }
}
