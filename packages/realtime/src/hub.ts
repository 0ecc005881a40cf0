import type { EventLog, LogEntry, LogPosition, LogWatch } from '@blaizejs/types';

import { type ChannelEvent, toChannelEvent } from './channel-event.ts';

/** Who hears the events of a topic. */
export interface Listener {
  onEvent(event: ChannelEvent): void;
  onBreak(position: LogPosition): void;
}

/** Watches one topic of a log for all subscribers of this process. */
export class Hub {
  readonly log: EventLog;
  readonly topic: string;
  readonly #listeners = new Set<Listener>();
  readonly #watch: Promise<LogWatch>;
  readonly #onEmpty: () => void;
  /** Where the watch began, once it hears everything after that. */
  #position: LogPosition | undefined;
  /** The newest place that is known. */
  head: LogPosition | undefined;

  constructor(log: EventLog, topic: string, onEmpty: () => void) {
    this.log = log;
    this.topic = topic;
    this.#onEmpty = onEmpty;
    this.#watch = log.watch(topic, {
      onEntry: (entry) => this.#onEntry(entry),
      onBreak: (position) => this.#onBreak(position),
    });
    this.#watch.then(
      ({ position }) => {
        this.#position = position;
        this.head ??= position;
      },
      // Each subscriber gets the error.
      () => onEmpty(),
    );
  }

  /** @returns where the watch began, once it hears everything after that */
  add(listener: Listener): LogPosition | Promise<LogPosition> {
    this.#listeners.add(listener);
    return this.#position ?? this.#waitFor(listener);
  }

  async #waitFor(listener: Listener): Promise<LogPosition> {
    try {
      return (await this.#watch).position;
    } catch (error) {
      this.#listeners.delete(listener);
      throw error;
    }
  }

  delete(listener: Listener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    this.#onEmpty();
    void this.#watch.then((watch) => watch.stop()).catch(() => undefined);
  }

  /** Learns how far the log is. */
  see({ epoch, number }: LogPosition): void {
    if (this.head?.epoch !== epoch || this.head.number < number) this.head = { epoch, number };
  }

  #onEntry(entry: LogEntry): void {
    this.see(entry);
    if (this.#listeners.size === 0) return;
    const event = toChannelEvent(entry);
    if (!event) return;
    for (const listener of this.#listeners) listener.onEvent(event);
  }

  #onBreak(position: LogPosition): void {
    this.head = position;
    for (const listener of this.#listeners) listener.onBreak(position);
  }
}
