import { isLeftPromise } from '@blaizejs/errors/internal';

import type { Buffer } from './buffer.ts';
import type { ChannelEvent } from './channel-event.ts';

/** The events that wait for one subscriber. There are never more than the limit. */
export class WaitingEvents {
  readonly #buffer: Buffer;
  /** By key, or by themselves if they have none. */
  readonly #events = new Map<unknown, ChannelEvent>();

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  /** @returns false if there is no room, and the policy is not to drop anything */
  add(event: ChannelEvent): boolean {
    const { overflow, limit, key } = this.#buffer;
    const by = overflow === 'coalesce' ? (key ? key(event) : event.event) : event;
    // Each promise would be another key.
    if (isLeftPromise(by)) throw new TypeError('`key` of a buffer is async; it must return a text.');
    const events = this.#events;
    // The newest one goes to the end: ids must not go back.
    events.delete(by);
    if (events.size >= limit) {
      if (overflow === 'replay' || overflow === 'disconnect') return false;
      for (const oldest of events.keys()) {
        events.delete(oldest);
        break;
      }
    }
    events.set(by, event);
    return true;
  }

  get isEmpty(): boolean {
    return this.#events.size === 0;
  }

  take(): ChannelEvent | undefined {
    for (const [by, event] of this.#events) {
      this.#events.delete(by);
      return event;
    }
    return undefined;
  }
}
