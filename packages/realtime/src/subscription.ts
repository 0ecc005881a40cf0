import { addListener, callListeners, type Listeners, toError } from '@blaizejs/errors/internal';
import type { EventLog, LogPosition } from '@blaizejs/types';

import type { Buffer } from './buffer.ts';
import { type ChannelEvent, toChannelEvent, toReset } from './channel-event.ts';
import type { Hub, Listener } from './hub.ts';
import { hasReadAll, isSamePlace, toId, toPosition } from './position.ts';
import { WaitingEvents } from './waiting-events.ts';

/** Events that are read from the log at once, if the buffer may hold as many. */
const PAGE = 100;

/** Where a subscription begins, and when it ends. */
export interface SubscribeTo {
  readonly log: EventLog;
  readonly topic: string;
  readonly hub: Hub;
  readonly buffer: Buffer;
  readonly after: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * The events of a topic for one subscriber. It is `live` while events come from the hub, and reads the log while there are
 * earlier ones that the subscriber has not had. What the hub hears meanwhile is in the log too, so it need not be kept.
 */
export class Subscription<Event extends ChannelEvent> implements AsyncIterableIterator<Event>, Listener {
  /** Resolves when no event is missed any more. Rejects if the log cannot be watched. */
  readonly ready: Promise<void>;
  readonly #to: SubscribeTo;
  readonly #waiting: WaitingEvents;
  #page: ChannelEvent[] = [];
  /** The last event that the subscriber has had, and the last one that waits for it. */
  #cursor: LogPosition | undefined;
  #seen: LogPosition | undefined;
  #live = false;
  #reading: Promise<void> | undefined;
  #reset: ChannelEvent | undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined;
  #onTooSlow: (() => void) | undefined;
  #wake: Listeners;

  constructor(to: SubscribeTo) {
    this.#to = to;
    this.#waiting = new WaitingEvents(to.buffer);
    this.ready = this.#begin();
    // Whoever asks for events gets the error.
    this.ready.catch(() => undefined);
    if (to.signal?.aborted) this.#end();
    else to.signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** What a client that has received nothing yet continues after. Known once it is `ready`. */
  get position(): string | undefined {
    return this.#cursor && toId(this.#cursor);
  }

  /** Calls a listener when the policy `disconnect` ends it. */
  onTooSlow(listener: () => void): void {
    this.#onTooSlow = listener;
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    await this.ready;
    for (;;) {
      const event = this.poll();
      if (event) return { done: false, value: event };
      if (event === null) return { done: true, value: undefined };
      await new Promise<void>((resolve, reject) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the error of the log is passed on
        this.whenMore((error) => (error === undefined ? resolve() : reject(error)));
      });
    }
  }

  /** The next event, once it is `ready`; undefined if there is none yet, null if there will be none. */
  poll(): Event | undefined | null {
    const event = this.#ended ? undefined : this.#take();
    if (this.#failure) throw this.#failure.error;
    if (!event) return this.#ended ? null : undefined;
    this.#cursor = event['~position'];
    return event as Event;
  }

  /** Calls back once when it is worth asking again, or with the error if the log cannot be read. */
  whenMore(again: (error?: unknown) => void): void {
    if (this.#live || this.#ended) {
      this.#wake = addListener(this.#wake, again);
      return;
    }
    this.#reading ??= this.#readLog().finally(() => (this.#reading = undefined));
    this.#reading.then(
      () => again(),
      // Without an error, it would be read again at once.
      (error: unknown) => again(error ?? toError(error)),
    );
  }

  return(): Promise<IteratorResult<Event, undefined>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  onEvent(event: ChannelEvent): void {
    if (!this.#live) return;
    const { epoch, number } = event['~position'];
    // It may have been on the last page of the log already.
    if (this.#seen?.epoch === epoch && this.#seen.number >= number) return;
    this.#seen = event['~position'];
    if (!this.#add(event)) {
      this.#waiting.clear();
      this.#live = false;
      if (this.#to.buffer.overflow === 'disconnect') {
        this.#end();
        this.#onTooSlow?.();
      }
    }
    this.#continue();
  }

  onBreak(position: LogPosition): void {
    this.#startOver(position);
    this.#continue();
  }

  /** The `key` of a buffer is the application's. If it throws, that must not reach others, or whoever publishes. */
  #add(event: ChannelEvent): boolean {
    try {
      return this.#waiting.add(event);
    } catch (error) {
      this.#failure = { error };
      this.#end();
      return true;
    }
  }

  async #begin(): Promise<void> {
    const { hub, after } = this.#to;
    // What is published from now on counts, also while the log is not watched yet.
    const began = hub.head;
    const position = await hub.add(this);
    // It may have started over meanwhile.
    if (this.#live) return;
    const from = after === undefined ? (began ?? position) : toPosition(after);
    if (from) this.#cursor = this.#seen = from;
    else this.#startOver(hub.head ?? position);
  }

  #take(): ChannelEvent | undefined {
    const reset = this.#reset;
    if (reset) {
      this.#reset = undefined;
      return reset;
    }
    return this.#page.shift() ?? this.#waiting.take();
  }

  async #readLog(): Promise<void> {
    const { log, topic, hub, buffer } = this.#to;
    const cursor = this.#cursor as LogPosition;
    const before = hub.head as LogPosition;
    if (isSamePlace(cursor, before)) {
      this.#live = true;
      return;
    }
    const count = Math.min(PAGE, buffer.limit);
    const page = await log.read(topic, cursor, count);
    // It may have started over, or ended.
    if (this.#live || this.#ended) return;
    const head = hub.head as LogPosition;
    if (!page) {
      this.#startOver(head);
      return;
    }
    const last = page.at(-1) ?? cursor;
    this.#page = page.map(toChannelEvent);
    this.#seen = last;
    if (page.length === count || !hasReadAll(last, before, head)) return;
    hub.see(last);
    this.#live = true;
  }

  /** Events were lost. The next ones come after a place. */
  #startOver(position: LogPosition): void {
    this.#waiting.clear();
    this.#page = [];
    this.#cursor = this.#seen = position;
    this.#reset = toReset(position);
    this.#live = true;
  }

  readonly #onAbort = (): void => this.#end();

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#to.signal?.removeEventListener('abort', this.#onAbort);
    this.#to.hub.delete(this);
    this.#waiting.clear();
    this.#page = [];
    this.#continue();
  }

  #continue(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    callListeners(wake);
  }
}
