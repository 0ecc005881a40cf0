import { toError } from '@blaizejs/errors/internal';
import type { LogPosition } from '@blaizejs/types';

import type { Buffer } from './buffer.ts';
import { type ChannelEvent, toChannelEvent, toReset } from './channel-event.ts';
import type { Hub, Listener } from './hub.ts';
import { hasReadAll, isSamePlace, toId, toPosition } from './position.ts';
import { WaitingEvents } from './waiting-events.ts';

/** Events that are read from the log at once, if the buffer may hold as many. */
const PAGE = 100;

/** Where a subscription begins, and when it ends. */
export interface SubscribeTo {
  readonly hub: Hub;
  readonly buffer: Buffer;
  readonly after: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Who waits for an event. An object, since very many may wait at the same time. */
export interface Waiter {
  /** Called once when it is worth asking again, or with the error if the log cannot be read. */
  onMore(error?: unknown): void;
}

/**
 * The events of a topic for one subscriber. It is `live` while events come from the hub, and reads the log while there are
 * earlier ones that the subscriber has not had. What the hub hears meanwhile is in the log too, so it need not be kept.
 *
 * Most subscribers are idle, or take each event at once: what only others need is made when they need it.
 */
export class Subscription<Event extends ChannelEvent> implements AsyncIterableIterator<Event>, Listener {
  readonly #hub: Hub;
  readonly #buffer: Buffer;
  /** Undefined if it began at once. */
  readonly #beginning: Promise<void> | undefined;
  #stopListening: (() => void) | undefined = undefined;
  /** What comes before all others: a reset, or an event that somebody waits for. */
  #first: ChannelEvent | undefined = undefined;
  #waiting: WaitingEvents | undefined = undefined;
  #page: ChannelEvent[] | undefined = undefined;
  /** The last event that the subscriber has had, and the last one that waits for it. */
  #cursor: LogPosition | undefined = undefined;
  #seen: LogPosition | undefined = undefined;
  #live = false;
  #reading: Promise<void> | undefined = undefined;
  #ended = false;
  #failure: { readonly error: unknown } | undefined = undefined;
  #tooSlow: { cut(): void } | undefined = undefined;
  #waiters: Waiter | Waiter[] | undefined = undefined;

  constructor({ hub, buffer, after, signal }: SubscribeTo) {
    this.#hub = hub;
    this.#buffer = buffer;
    // What is published from now on counts, also while the log is not watched yet.
    const began = hub.head;
    const position = hub.add(this);
    if (position instanceof Promise) {
      this.#beginning = position.then((place) => this.#begin(after, began ?? place));
      // Whoever asks for events gets the error.
      this.#beginning.catch(() => undefined);
    } else {
      this.#begin(after, began ?? position);
    }
    if (signal) this.#listenTo(signal);
  }

  /** Resolves when no event is missed any more. Rejects if the log cannot be watched. */
  get ready(): Promise<void> {
    return this.#beginning ?? Promise.resolve();
  }

  /** Whether it is ready already. */
  get isReady(): boolean {
    return this.#cursor !== undefined;
  }

  /** What a client that has received nothing yet continues after. Known once it is `ready`. */
  get position(): string | undefined {
    return this.#cursor && toId(this.#cursor);
  }

  /** Cuts something off when the policy `disconnect` ends it. */
  onTooSlow(stream: { cut(): void }): void {
    this.#tooSlow = stream;
  }

  async next(): Promise<IteratorResult<Event, undefined>> {
    await this.#beginning;
    for (;;) {
      const event = this.poll();
      if (event) return { done: false, value: event };
      if (event === null) return { done: true, value: undefined };
      await new Promise<void>((resolve, reject) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- the error of the log is passed on
        this.whenMore({ onMore: (error) => (error === undefined ? resolve() : reject(error)) });
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

  whenMore(waiter: Waiter): void {
    // Nothing is missing, so there is nothing to read.
    if (!this.#reading && this.#isAtHead) this.#live = true;
    if (this.#live || this.#ended) {
      const waiters = this.#waiters;
      if (waiters === undefined) this.#waiters = waiter;
      else if (Array.isArray(waiters)) waiters.push(waiter);
      else this.#waiters = [waiters, waiter];
      return;
    }
    this.#reading ??= this.#readLog().finally(() => (this.#reading = undefined));
    this.#reading.then(
      () => waiter.onMore(),
      // Without an error, it would be read again at once.
      (error: unknown) => waiter.onMore(error ?? toError(error)),
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
    if (this.#waiters && !this.#first && !this.#waiting && this.#buffer.overflow !== 'coalesce') {
      this.#first = event;
    } else if (!this.#add(event)) {
      this.#waiting = undefined;
      this.#live = false;
      if (this.#buffer.overflow === 'disconnect') {
        this.#end();
        this.#tooSlow?.cut();
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
      return (this.#waiting ??= new WaitingEvents(this.#buffer)).add(event);
    } catch (error) {
      this.#failure = { error };
      this.#end();
      return true;
    }
  }

  #begin(after: string | undefined, place: LogPosition): void {
    // It may have started over meanwhile.
    if (this.#live) return;
    const from = after === undefined ? place : toPosition(after);
    if (from) this.#cursor = this.#seen = from;
    else this.#startOver(this.#hub.head ?? place);
  }

  #listenTo(signal: AbortSignal): void {
    if (signal.aborted) return this.#end();
    const end = (): void => this.#end();
    signal.addEventListener('abort', end, { once: true });
    this.#stopListening = () => signal.removeEventListener('abort', end);
  }

  #take(): ChannelEvent | undefined {
    const first = this.#first;
    if (first) {
      this.#first = undefined;
      return first;
    }
    const event = this.#page?.shift() ?? this.#waiting?.take();
    if (this.#page?.length === 0) this.#page = undefined;
    if (this.#waiting?.isEmpty === true) this.#waiting = undefined;
    return event;
  }

  get #isAtHead(): boolean {
    const { head } = this.#hub;
    return this.#cursor !== undefined && head !== undefined && isSamePlace(this.#cursor, head);
  }

  async #readLog(): Promise<void> {
    const hub = this.#hub;
    const cursor = this.#cursor as LogPosition;
    const before = hub.head as LogPosition;
    const count = Math.min(PAGE, this.#buffer.limit);
    const page = await hub.log.read(hub.topic, cursor, count);
    // It may have started over, or ended.
    if (this.#live || this.#ended) return;
    const head = hub.head as LogPosition;
    if (!page) {
      this.#startOver(head);
      return;
    }
    const last = page.at(-1) ?? cursor;
    const events = page.map(toChannelEvent).filter((event) => event !== undefined);
    if (events.length > 0) this.#page = events;
    else this.#cursor = last;
    this.#seen = last;
    if (page.length === count || !hasReadAll(last, before, head)) return;
    hub.see(last);
    this.#live = true;
  }

  /** Events were lost. The next ones come after a place. */
  #startOver(position: LogPosition): void {
    this.#waiting = this.#page = undefined;
    this.#cursor = this.#seen = position;
    this.#first = toReset(position);
    this.#live = true;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopListening?.();
    this.#hub.delete(this);
    this.#waiting = this.#page = undefined;
    this.#continue();
  }

  #continue(): void {
    const waiters = this.#waiters;
    this.#waiters = undefined;
    if (Array.isArray(waiters)) for (const waiter of waiters) waiter.onMore();
    else waiters?.onMore();
  }
}
