import { BlaizeError } from '@blaizejs/errors';
import { checkOptions, limit, MAX_TIMER, optional, options as shapeOf } from '@blaizejs/errors/internal';
import type { PubSub, Schema } from '@blaizejs/types';

import { inWords } from './check-data.ts';
import { memoryPubSub } from './memory-pub-sub.ts';
import { channelName, pubSubCheck, schemaCheck } from './option-checks.ts';
import { PresentMembers } from './present-members.ts';

/** Somebody who is there. */
export interface Member<Data = unknown> {
  /** Several connections of one user have one id, and count as one. */
  readonly id: string;
  /** What others see of them: JSON. */
  readonly data: Data;
}

/** The options of {@link createPresence}. */
export interface PresenceOptions<Data = unknown> {
  /** The schema of the `data` of members; it has to be synchronous. What it returns is what others see. Default: any JSON. */
  readonly schema?: Schema<unknown, Data> | undefined;
  /** Reaches the other processes. Default: `memoryPubSub()`, which is for one process. */
  readonly pubSub?: PubSub | undefined;
  /** Milliseconds between the signs of life of a process. Who is in one that is silent for three times as long has left. Default: 10,000. */
  readonly interval?: number | undefined;
}

/** Who is where. */
export interface Presence<Data = unknown> {
  /**
   * Says that somebody is there, until the returned function is called or the signal aborts.
   *
   * ```ts
   * handler: (ctx, { signal }) => {
   *   presence.join(ctx.request.params.room, { id: ctx.state.user.id, data: {} }, { signal });
   *   return room;
   * }
   * ```
   *
   * @throws BlaizeError `ERR_BLAIZE_EVENT` if the id is not a text, or the data does not match its schema or is not JSON
   */
  join(
    topic: string,
    member: Member<Data>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): () => void;
  /** Who is there now, as far as this process knows: it hears of topics that it has members in, or that it watches. */
  members(topic: string): readonly Member<Data>[];
  /**
   * Gives the members, and again after changes, at most ten times a second, the last state only. Those who watch a topic share
   * the list. To tell a large room who is in it, watch once in each process and send what has changed.
   */
  watch(
    topic: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterableIterator<readonly Member<Data>[], undefined>;
}

const check = shapeOf(
  {
    name: channelName,
    schema: optional(schemaCheck),
    pubSub: (value, path, report) =>
      value === undefined ? memoryPubSub() : pubSubCheck(value, path, report),
    interval: limit(10_000, MAX_TIMER),
  },
  'an object of options, such as { pubSub }',
);

/**
 * Knows who is where: in a room, on a page. With a `pubSub`, in all processes.
 *
 * @param name unique among those that share a `pubSub`
 * @throws ConfigurationError if an option is not valid
 */
export function createPresence<Data = unknown>(
  name: string,
  options: PresenceOptions<Data> = {},
): Presence<Data> {
  return new TopicPresence<Data>(checkOptions(check, { ...options, name }));
}

interface Settings {
  readonly name: string;
  readonly schema: Schema | undefined;
  readonly pubSub: PubSub;
  readonly interval: number;
}

const toJson: (value: unknown) => string | undefined = JSON.stringify;

class TopicPresence<Data> implements Presence<Data> {
  readonly #settings: Settings;
  readonly #topics = new Map<string, PresentMembers<Data>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  join(
    topic: string,
    { id, data }: Member<Data>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): () => void {
    if (signal?.aborted) return () => undefined;
    const shown = this.#check(id, data);
    const present = this.#use(topic);
    present.join(id, shown);
    let isThere = true;
    const leave = (): void => {
      if (!isThere) return;
      isThere = false;
      signal?.removeEventListener('abort', leave);
      present.leave(id);
      this.#release(topic, present);
    };
    signal?.addEventListener('abort', leave, { once: true });
    return leave;
  }

  members(topic: string): readonly Member<Data>[] {
    return this.#topics.get(topic)?.list() ?? [];
  }

  async *watch(
    topic: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): AsyncGenerator<readonly Member<Data>[], undefined> {
    if (signal?.aborted) return;
    const present = this.#use(topic);
    let wake: (() => void) | undefined;
    let isOver = false;
    const stop = (): void => {
      isOver = true;
      wake?.();
    };
    signal?.addEventListener('abort', stop, { once: true });
    const forget = present.onChange(() => wake?.());
    try {
      let seen = -1;
      // Set by a listener.
      while (!(isOver as boolean)) {
        if (present.version === seen) await new Promise<void>((resolve) => (wake = resolve));
        else {
          seen = present.version;
          yield present.list();
        }
      }
    } finally {
      forget();
      signal?.removeEventListener('abort', stop);
      this.#release(topic, present);
    }
  }

  /** @returns the data as all others will see it */
  #check(id: string, data: unknown): Data {
    const { name, schema } = this.#settings;
    const fail = (problem: string, cause?: unknown): BlaizeError =>
      new BlaizeError('ERR_BLAIZE_EVENT', `A member of presence ${JSON.stringify(name)} ${problem}`, {
        cause,
      });
    if (typeof id !== 'string') throw fail(`needs an id that is a text; it is ${String(id)}.`);
    const result = schema ? schema['~standard'].validate(data) : { value: data };
    if (result instanceof Promise) throw fail('has an asynchronous schema; it must be synchronous.');
    if (result.issues) throw fail(`has data that does not match its schema: ${inWords(result.issues)}`);
    try {
      return JSON.parse(toJson(result.value) ?? 'null') as Data;
    } catch (cause) {
      throw fail('has data that is not JSON.', cause);
    }
  }

  #use(topic: string): PresentMembers<Data> {
    let present = this.#topics.get(topic);
    if (!present) {
      const { pubSub, name, interval } = this.#settings;
      present = new PresentMembers<Data>(pubSub, `presence:${name}:${topic}`);
      this.#topics.set(topic, present);
      this.#timer ??= setInterval(() => this.#beat(), interval).unref();
    }
    present.users += 1;
    return present;
  }

  #release(topic: string, present: PresentMembers<Data>): void {
    present.users -= 1;
    if (present.users > 0) return;
    this.#topics.delete(topic);
    present.close();
    if (this.#topics.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    for (const present of this.#topics.values()) present.beat(this.#settings.interval * 3);
  }
}
