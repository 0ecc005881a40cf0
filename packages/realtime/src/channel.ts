import { checkOptions, options as shapeOf, orElse } from '@blaizejs/errors/internal';
import type { EventLog, EventSchemas, SchemaInput } from '@blaizejs/types';

import { buffer as checkBuffer, type Buffer, type BufferOptions } from './buffer.ts';
import { toLogText } from './channel-event.ts';
import { dataCheckOf, type ToJson } from './check-data.ts';
import { eventSchemas } from './event-schemas.ts';
import type { EventOutput } from './event-types.ts';
import { Hub } from './hub.ts';
import { memoryEventLog } from './memory-event-log.ts';
import { channelName, eventLogCheck } from './option-checks.ts';
import { toId } from './position.ts';
import { Subscription } from './subscription.ts';

/** The options of {@link createChannel}. */
export interface ChannelOptions<Events extends EventSchemas> {
  /** The schemas of the `data` of events, by their names. */
  readonly events: Events;
  /**
   * Keeps the last events for subscribers that come back, and says which processes hear of events. Default:
   * `memoryEventLog()`, which is for one process.
   */
  readonly log?: EventLog | undefined;
  /** What happens with slow subscribers, unless they say so themselves. */
  readonly buffer?: BufferOptions | undefined;
}

/** The options of a subscription. */
export interface SubscriptionOptions {
  /** The id of the last event that the subscriber has had: it gets what came after that, or a `reset`. Default: begin now. */
  readonly after?: string | undefined;
  /** Ends the subscription. */
  readonly signal?: AbortSignal | undefined;
  /** Replaces the channel's. */
  readonly buffer?: BufferOptions | undefined;
}

/** The events of one topic for one subscriber. Leaving the loop ends it. */
export interface EventSubscription<Events extends EventSchemas> extends AsyncIterableIterator<
  EventOutput<Events>,
  undefined
> {
  /** Resolves when it listens. Rejects if the log fails. Events that are published before that are not missed. */
  readonly ready: Promise<void>;
  /** Ends it. */
  return(): Promise<IteratorResult<EventOutput<Events>, undefined>>;
}

/** One topic of a channel: the events of one room, or one user. Making one costs nothing, and it need not be kept. */
export interface Topic<Events extends EventSchemas> {
  readonly name: string;
  /**
   * Publishes an event.
   *
   * @returns its id; undefined if the log learns that later, as `pubSubEventLog()` does
   * @throws BlaizeError `ERR_BLAIZE_EVENT` if it does not match its schema. Rejects if the log fails
   */
  publish<Name extends keyof Events & string>(
    event: Name,
    data: SchemaInput<Events[Name]>,
  ): Promise<string | undefined>;
  /**
   * Listens to the topic, from now on or from an earlier event. Each subscriber gets each event once, in order.
   *
   * @throws ConfigurationError if an option is not valid
   */
  subscribe(options?: SubscriptionOptions): EventSubscription<Events>;
}

/** A channel: typed events under any number of topics. It is a topic itself, for channels that have only one. */
export interface Channel<Events extends EventSchemas> extends Topic<Events> {
  /** A topic of its own. */
  topic(name: string): Topic<Events>;
}

const DEFAULT_BUFFER: Buffer = { limit: 100, overflow: 'replay' };
const check = shapeOf(
  {
    name: channelName,
    events: eventSchemas,
    log: (value, path, report) =>
      value === undefined ? memoryEventLog() : eventLogCheck(value, path, report),
    buffer: orElse(checkBuffer, DEFAULT_BUFFER),
  },
  'an object of options, such as { events: { price: Price } }',
);
const checkSubscription = shapeOf(
  { buffer: orElse(checkBuffer, DEFAULT_BUFFER) },
  'an object of options, such as { signal }',
);

/**
 * Creates a channel: who subscribes gets what is published, in this process, or in all that share the log.
 *
 * ```ts
 * const quotes = createChannel('quotes', { events: { price: z.object({ value: z.number() }) } });
 * await quotes.topic('ACME').publish('price', { value: 12 });
 * ```
 *
 * @param name unique among the channels that share a log
 * @throws ConfigurationError if an option is not valid
 */
export function createChannel<const Events extends EventSchemas>(
  name: string,
  options: ChannelOptions<Events>,
): Channel<Events> {
  const { log, events, buffer } = checkOptions(check, { ...options, name });
  const source: Source = {
    name,
    log,
    buffer,
    toJson: dataCheckOf(`channel ${JSON.stringify(name)}`, events),
    hubs: new Map(),
  };
  return new LoggedTopic(source, '') as object as Channel<Events>;
}

interface Source {
  readonly name: string;
  readonly log: EventLog;
  readonly buffer: Buffer;
  readonly toJson: ToJson;
  readonly hubs: Map<string, Hub>;
}

/** Whether a value is a topic of a channel of this package. */
export function isTopic(value: unknown): value is LoggedTopic {
  return value instanceof LoggedTopic;
}

/** See {@link Topic}. */
export class LoggedTopic {
  readonly name: string;
  readonly #source: Source;
  readonly #key: string;

  constructor(source: Source, name: string) {
    this.name = name;
    this.#source = source;
    this.#key = `${source.name}:${name}`;
  }

  topic(name: string): LoggedTopic {
    return new LoggedTopic(this.#source, name);
  }

  async publish(event: string, data: unknown): Promise<string | undefined> {
    const { log, toJson } = this.#source;
    const json = toJson(event, data);
    const text = toLogText(event, typeof json === 'string' ? json : await json);
    const position = await log.append(this.#key, text);
    return position && toId(position);
  }

  subscribe({ after, signal, buffer }: SubscriptionOptions = {}): Subscription<never> {
    const { buffer: own } = this.#source;
    return new Subscription({
      hub: this.#hub(),
      buffer: buffer ? checkOptions(checkSubscription, { buffer }).buffer : own,
      after,
      signal,
    });
  }

  #hub(): Hub {
    const { log, hubs } = this.#source;
    const known = hubs.get(this.#key);
    if (known) return known;
    const hub: Hub = new Hub(log, this.#key, () => {
      if (hubs.get(this.#key) === hub) hubs.delete(this.#key);
    });
    hubs.set(this.#key, hub);
    return hub;
  }
}
