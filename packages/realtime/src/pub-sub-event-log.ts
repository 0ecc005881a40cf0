import { checkOptions, options as shapeOf } from '@blaizejs/errors/internal';
import type { EventLog, LogEntry, LogPosition, LogWatch, LogWatcher, PubSub } from '@blaizejs/types';

import { MemoryEventLog, memoryOptions, type MemoryEventLogOptions } from './memory-event-log.ts';
import { pubSubCheck } from './option-checks.ts';

const check = shapeOf(
  {
    pubSub: pubSubCheck,
    options: memoryOptions,
  },
  'a PubSub and options',
);

/**
 * Sends the events of channels to other processes through any `PubSub`. Each process keeps its own list of the last events: a
 * client that comes back to another process gets a `reset`, and so do all when the connection was lost. `redisEventLog()` of
 * `@blaizejs/redis` has neither limit.
 *
 * @throws ConfigurationError if an option is not valid
 */
export function pubSubEventLog(pubSub: PubSub, options: MemoryEventLogOptions = {}): EventLog {
  const checked = checkOptions(check, { pubSub, options });
  return new PubSubEventLog(checked.pubSub, checked.options);
}

/** Presence and rooms may use the same `PubSub`, and the same names. */
const PREFIX = 'events:';

interface Heard {
  readonly end: Promise<() => Promise<void>>;
  watches: number;
  timer: NodeJS.Timeout | undefined;
}

class PubSubEventLog implements EventLog {
  readonly #pubSub: PubSub;
  readonly #memory: MemoryEventLog;
  readonly #linger: number;
  readonly #topics = new Map<string, Heard>();
  #isAway = false;

  constructor(pubSub: PubSub, options: { readonly limit: number; readonly maxAge: number }) {
    this.#pubSub = pubSub;
    this.#memory = new MemoryEventLog(options);
    this.#linger = options.maxAge;
  }

  async append(topic: string, text: string): Promise<undefined> {
    await this.#pubSub.publish(PREFIX + topic, text);
  }

  read(topic: string, after: LogPosition, count: number): Promise<readonly LogEntry[] | undefined> {
    return this.#memory.read(topic, after, count);
  }

  async watch(topic: string, watcher: LogWatcher): Promise<LogWatch> {
    const heard = this.#topics.get(topic) ?? this.#hear(topic);
    heard.watches += 1;
    clearTimeout(heard.timer);
    try {
      await heard.end;
    } catch (error) {
      if (this.#topics.get(topic) === heard) this.#topics.delete(topic);
      throw error;
    }
    const { position, stop } = await this.#memory.watch(topic, watcher);
    let stopped = false;
    return {
      position,
      stop: async () => {
        if (stopped) return;
        stopped = true;
        await stop();
        heard.watches -= 1;
        // A client that comes back soon misses nothing.
        if (heard.watches === 0) heard.timer = setTimeout(() => this.#leave(topic), this.#linger).unref();
      },
    };
  }

  #hear(topic: string): Heard {
    const end = this.#pubSub.subscribe(PREFIX + topic, (text) => void this.#memory.append(topic, text), {
      onConnection: (isConnected) => {
        // All topics are told, and one is enough.
        if (isConnected && this.#isAway) this.#memory.break();
        this.#isAway = !isConnected;
      },
    });
    // Where events came before somebody listened, some may be missing.
    this.#memory.abandon(topic);
    const heard: Heard = { end, watches: 0, timer: undefined };
    this.#topics.set(topic, heard);
    return heard;
  }

  #leave(topic: string): void {
    const heard = this.#topics.get(topic);
    this.#topics.delete(topic);
    this.#memory.abandon(topic);
    void heard?.end.then((end) => end()).catch(() => undefined);
  }
}
