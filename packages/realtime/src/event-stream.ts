import { type Feed, FEED, type Outlet } from '@blaizejs/context/internal';
import type { Exchange } from '@blaizejs/types/internal';

import type { ChannelEvent } from './channel-event.ts';
import { formatEvent } from './event-text.ts';
import type { Beating, Heartbeats } from './heartbeats.ts';
import type { StreamEnd } from './stream-end.ts';
import { Subscription, type Waiter } from './subscription.ts';

/** What all streams of a route share. */
export interface StreamSettings {
  /** Undefined for none. */
  readonly heartbeats: Heartbeats | undefined;
  /** Milliseconds that clients should wait before they connect again. */
  readonly newRetry: () => number;
}

/** The events of a stream as they are sent, or those of a channel, which are encoded already. */
type Events = AsyncIterator<string | Uint8Array> | Subscription<ChannelEvent>;

/** What keeps proxies from closing the connection, and shows that the client has left: a comment. */
const BEAT = ':\n\n';

/**
 * The body of an answer: takes an event only when the client reads. It does not begin before somebody does, so a HEAD starts
 * nothing. There may be very many that wait, so it keeps no closure and no promise meanwhile.
 */
export class EventStream implements Feed, Beating, Waiter {
  before: Beating | undefined = undefined;
  after: Beating | undefined = undefined;
  turn = 0;
  readonly #exchange: Pick<Exchange, 'abort'>;
  readonly #settings: StreamSettings;
  readonly #events: Events;
  readonly #end: StreamEnd;
  #first: string | undefined;
  #outlet: Outlet | undefined = undefined;
  #isTaking = false;
  #isFull = false;
  #isOver = false;
  #isDestroyed = false;

  /**
   * @param first what is sent before the events
   * @param end is told when nobody reads any more
   */
  constructor(
    exchange: Pick<Exchange, 'abort'>,
    settings: StreamSettings,
    events: Events,
    first: string,
    end: StreamEnd,
  ) {
    this.#exchange = exchange;
    this.#settings = settings;
    this.#events = events;
    this.#first = first;
    this.#end = end;
  }

  [FEED](outlet: Outlet): void {
    if (this.#isOver) return;
    this.#outlet = outlet;
    this.#settings.heartbeats?.add(this);
    const first = this.#first as string;
    this.#first = undefined;
    this.#write(first);
    this.#take();
  }

  resume(): void {
    this.#isFull = false;
    this.#take();
  }

  /** Called when the server stops. */
  end(): void {
    this.#finish(formatEvent({ retry: this.#settings.newRetry() }));
  }

  destroy(error?: unknown): void {
    if (this.#isDestroyed) return;
    this.#isOver = this.#isDestroyed = true;
    this.#settings.heartbeats?.delete(this);
    this.#end.close();
    // A generator that waits for something else than the signal ends when that has happened.
    void Promise.resolve(this.#events.return?.()).catch(() => undefined);
    this.#outlet?.fail(error as Error | undefined);
  }

  /** Breaks off an exchange whose client does not read. Does nothing if the client has all of it. */
  cut(): void {
    if (this.#isDestroyed) return;
    this.#exchange.abort();
    this.destroy();
  }

  /** Nothing is added while something waits for the client. */
  beat(): void {
    if (!this.#isFull) this.#write(BEAT);
  }

  onMore(error?: unknown): void {
    this.#isTaking = false;
    if (error === undefined) this.#take();
    else this.destroy(error);
  }

  #take(): void {
    const events = this.#events;
    if (events instanceof Subscription) return this.#poll(events);
    if (!this.#isFree) return;
    this.#isTaking = true;
    events.next().then(
      ({ done, value }) => {
        this.#took(done ? null : value);
        this.#take();
      },
      (error: unknown) => this.destroy(error),
    );
  }

  #poll(events: Subscription<ChannelEvent>): void {
    try {
      while (this.#isFree) {
        const event = events.poll();
        if (event === undefined) {
          this.#isTaking = true;
          events.whenMore(this);
        } else {
          this.#took(event && event['~bytes']);
        }
      }
    } catch (error) {
      this.destroy(error);
    }
  }

  get #isFree(): boolean {
    return !this.#isTaking && !this.#isFull && !this.#isOver;
  }

  #took(value: string | Uint8Array | null): void {
    this.#isTaking = false;
    if (this.#isOver) return;
    if (value === null) return this.#finish();
    this.#settings.heartbeats?.moved(this);
    this.#write(value);
  }

  #write(chunk: string | Uint8Array): void {
    if (this.#outlet?.write(chunk) === false) this.#isFull = true;
  }

  #finish(last?: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#settings.heartbeats?.delete(this);
    if (last !== undefined) this.#write(last);
    this.#outlet?.end();
  }
}
