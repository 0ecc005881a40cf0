import {
  checkOptions,
  hasMethod,
  is,
  limit,
  MAX_TIMER,
  options as shapeOf,
  text,
} from '@blaizejs/errors/internal';
import type { PubSub } from '@blaizejs/types';

import { memoryPubSub } from './memory-pub-sub.ts';
import { PresentMembers } from './present-members.ts';

/** Somebody who is there. */
export interface Member<Data = unknown> {
  /** Several connections of one user have one id, and count as one. */
  readonly id: string;
  /** What others see of them: JSON. */
  readonly data: Data;
}

/** The options of {@link createPresence}. */
export interface PresenceOptions {
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
   */
  join(
    topic: string,
    member: Member<Data>,
    options?: { readonly signal?: AbortSignal | undefined },
  ): () => void;
  /** Who is there now, as far as this process knows: it hears of topics that it has members in, or that it watches. */
  members(topic: string): readonly Member<Data>[];
  /** Gives the members, and again after each change; if there are several in the meantime, only the last state. */
  watch(
    topic: string,
    options?: { readonly signal?: AbortSignal | undefined },
  ): AsyncIterableIterator<readonly Member<Data>[], undefined>;
}

const check = shapeOf(
  {
    name: text('a name'),
    pubSub: (value, path, report) =>
      value === undefined
        ? memoryPubSub()
        : is<PubSub>(
            'a PubSub, such as redisPubSub()',
            (given) => hasMethod(given, 'publish') && hasMethod(given, 'subscribe'),
          )(value, path, report),
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
export function createPresence<Data = unknown>(name: string, options: PresenceOptions = {}): Presence<Data> {
  const settings = checkOptions(check, { ...options, name });
  return new TopicPresence<Data>(settings.name, settings.pubSub, settings.interval);
}

class TopicPresence<Data> implements Presence<Data> {
  readonly #name: string;
  readonly #pubSub: PubSub;
  readonly #interval: number;
  readonly #topics = new Map<string, PresentMembers<Data>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(name: string, pubSub: PubSub, interval: number) {
    this.#name = name;
    this.#pubSub = pubSub;
    this.#interval = interval;
  }

  join(
    topic: string,
    { id, data }: Member<Data>,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): () => void {
    if (signal?.aborted) return () => undefined;
    const present = this.#use(topic);
    present.join(id, data);
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

  #use(topic: string): PresentMembers<Data> {
    let present = this.#topics.get(topic);
    if (!present) {
      present = new PresentMembers<Data>(this.#pubSub, `${this.#name}:${topic}`);
      this.#topics.set(topic, present);
      this.#timer ??= setInterval(() => this.#beat(), this.#interval).unref();
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
    for (const present of this.#topics.values()) present.beat(this.#interval * 3);
  }
}
