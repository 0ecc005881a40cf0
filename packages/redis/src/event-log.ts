import { randomUUID } from 'node:crypto';

import { limit, MAX_TIMER, options as shapeOf, orElse, text } from '@blaizejs/errors/internal';
import type { EventLog, LogEntry, LogPosition, LogWatch, LogWatcher } from '@blaizejs/types';

import { APPEND, POSITION, READ } from './event-log-scripts.ts';
import { checkGiven } from './client.ts';
import { followTopic } from './follow-topic.ts';
import { pubSubClient, type RedisPubSubClient } from './pub-sub.ts';
import { Script } from './script.ts';
import { Subscriber } from './subscriber.ts';

/** The options of {@link redisEventLog}. */
export interface RedisEventLogOptions {
  /** What all keys and the names of all channels begin with. Default: `blaize:events:`. */
  readonly prefix?: string | undefined;
  /** The number of events of each topic that are kept. Default: 1,000. */
  readonly limit?: number | undefined;
  /** Milliseconds without an event after which those of a topic are no longer kept. Default: 86,400,000, which is a day. */
  readonly ttl?: number | undefined;
}

const check = shapeOf(
  {
    prefix: orElse(text('a string that is not empty'), 'blaize:events:'),
    limit: limit(1_000),
    ttl: limit(86_400_000, MAX_TIMER),
  },
  'an object of options, such as { prefix: "app:" }',
);

const append = new Script(APPEND);
const position = new Script(POSITION);
const read = new Script(READ);

/**
 * Keeps the events of channels in streams of Redis or Valkey, for all processes that use the same server: whoever subscribes
 * in one gets what is published in another, and clients may come back to any of them.
 *
 * ```ts
 * const quotes = createChannel('quotes', { events, log: redisEventLog(new Redis()) });
 * ```
 *
 * If the connection breaks, events that were published meanwhile are read when it is back. The first subscription opens a
 * second connection like `client`, which closes with the last one.
 *
 * @param client yours: who made it closes it
 * @throws ConfigurationError if the client or an option is not valid
 */
export function redisEventLog(client: RedisPubSubClient, options: RedisEventLogOptions = {}): EventLog {
  return new RedisEventLog({
    ...checkGiven('redisEventLog()', [pubSubClient, client], [check, options]),
    client,
  });
}

interface Settings {
  readonly client: RedisPubSubClient;
  readonly prefix: string;
  readonly limit: number;
  readonly ttl: number;
}

class RedisEventLog implements EventLog {
  readonly #settings: Settings;
  #subscriber: Subscriber | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  async append(topic: string, text: string): Promise<LogPosition> {
    const { client, prefix, limit, ttl } = this.#settings;
    const epoch = randomUUID().replaceAll('-', '');
    const key = prefix + topic;
    return toPosition(await append.run(client, [key], [key, limit, ttl, epoch, text]));
  }

  async read(topic: string, after: LogPosition, count: number): Promise<readonly LogEntry[] | undefined> {
    const { client, prefix, ttl } = this.#settings;
    const result = await read.run(client, [prefix + topic], [after.epoch, after.number, count, ttl]);
    if (!Array.isArray(result)) return undefined;
    const [epoch, ...parts] = result.map(String);
    const entries: LogEntry[] = [];
    for (let at = 0; at < parts.length; at += 2) {
      entries.push({ epoch: epoch ?? '', number: Number(parts[at]), text: parts[at + 1] ?? '' });
    }
    return entries;
  }

  async watch(topic: string, watcher: LogWatcher): Promise<LogWatch> {
    const { client, prefix } = this.#settings;
    if (!this.#subscriber || this.#subscriber.isClosed) this.#subscriber = new Subscriber(client.duplicate());
    const subscriber = this.#subscriber;
    return followTopic(watcher, {
      subscribe: (listener, onConnection) => subscriber.add(prefix + topic, listener, onConnection),
      position: async () => toPosition(await position.run(client, [prefix + topic], [])),
      read: (after) => this.read(topic, after, PAGE),
    });
  }
}

/** Events that are read at once. */
const PAGE = 500;

function toPosition(result: unknown): LogPosition {
  const [epoch, number] = Array.isArray(result) ? result.map(String) : [];
  return { epoch: epoch ?? '', number: Number(number) };
}
