import type { PubSub } from '@blaizejs/types';

import type { Member } from './presence.ts';
import { type Message, type Pair, readMessage } from './presence-message.ts';

interface Elsewhere<Data> {
  readonly members: Map<string, Member<Data>>;
  n: number;
  /** When it was last heard of. */
  at: number;
}

/** Milliseconds between two states that watchers are shown: when thousands come at once, each would see thousands of lists. */
const PAUSE = 100;

/** The members of one topic: those of this process, and what the others say about theirs. */
export class PresentMembers<Data> {
  /** How many members and watchers this process has. */
  users = 0;
  /** Grows when there is something new to show to watchers. */
  version = 0;
  readonly #me = crypto.randomUUID();
  readonly #pubSub: PubSub;
  readonly #channel: string;
  readonly #here = new Map<string, { readonly member: Member<Data>; readonly count: number }>();
  readonly #elsewhere = new Map<string, Elsewhere<Data>>();
  readonly #listeners = new Set<() => void>();
  #subscription: Promise<() => Promise<void>> | undefined;
  #changed = new Set<string>();
  #n = 0;
  /** Those that were asked for all, and have not answered yet. */
  readonly #asked = new Set<string>();
  #isAnswering = false;
  #isClosed = false;
  /** Made when it is first asked for after a change. All share it. */
  #list: readonly Member<Data>[] | undefined;
  #isNew = false;
  #pause: NodeJS.Timeout | undefined;

  constructor(pubSub: PubSub, channel: string) {
    this.#pubSub = pubSub;
    this.#channel = channel;
    this.#listen();
  }

  list(): readonly Member<Data>[] {
    return (this.#list ??= this.#collect());
  }

  #collect(): readonly Member<Data>[] {
    const found = new Map<string, Member<Data>>();
    for (const { members } of this.#elsewhere.values()) for (const [id, one] of members) found.set(id, one);
    for (const [id, { member }] of this.#here) found.set(id, member);
    return [...found.values()];
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  join(id: string, data: Data): void {
    this.#here.set(id, { member: { id, data }, count: (this.#here.get(id)?.count ?? 0) + 1 });
    this.#change(id);
  }

  leave(id: string): void {
    const found = this.#here.get(id);
    if (!found) return;
    if (found.count > 1) {
      this.#here.set(id, { ...found, count: found.count - 1 });
      return;
    }
    this.#here.delete(id);
    this.#change(id);
  }

  /** Gives a sign of life, and forgets the processes that gave none for some milliseconds. */
  beat(patience: number): void {
    if (!this.#subscription) this.#listen();
    // Those that have not answered may not have been reached.
    this.#asked.clear();
    if (this.#here.size > 0) this.#tell({ n: this.#n });
    const oldest = performance.now() - patience;
    for (const [from, { at }] of this.#elsewhere) if (at < oldest) this.#forget(from);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#pause);
    if (this.#changed.size === 0) this.#tellGone();
    void this.#subscription?.then((end) => end()).catch(() => undefined);
  }

  #listen(): void {
    const subscription = this.#subscribe();
    this.#subscription = subscription;
    subscription.then(
      () => this.#meet(),
      // It is tried again with the next sign of life.
      () => (this.#subscription = undefined),
    );
  }

  /** A `PubSub` of the application may throw instead of rejecting. */
  async #subscribe(): Promise<() => Promise<void>> {
    return this.#pubSub.subscribe(this.#channel, (text) => this.#hear(text), {
      onConnection: (isConnected) => {
        if (isConnected) this.#meet();
      },
    });
  }

  async #publish(text: string): Promise<void> {
    await this.#pubSub.publish(this.#channel, text);
  }

  #change(id: string): void {
    if (this.#changed.size === 0) setImmediate(() => this.#tellChanges());
    this.#changed.add(id);
    this.#notify();
  }

  #tellChanges(): void {
    if (this.#isClosed) return this.#tellGone();
    const changed = [...this.#changed];
    this.#changed = new Set();
    this.#n += 1;
    const came = changed.flatMap((id): Pair[] => {
      const found = this.#here.get(id);
      return found ? [[id, found.member.data]] : [];
    });
    this.#tell({ n: this.#n, came, left: changed.filter((id) => !this.#here.has(id)) });
  }

  /** Asks all, and tells all. */
  #meet(): void {
    this.#asked.clear();
    this.#tell({ ask: '*' });
    if (this.#here.size > 0) this.#tellAll();
  }

  /** The others would keep the place of this one for a while, and whoever comes back has another. */
  #tellGone(): void {
    if (this.#n > 0) this.#tell({ gone: true });
  }

  /** Many ask at once. */
  #answer(): void {
    if (this.#isAnswering) return;
    this.#isAnswering = true;
    setImmediate(() => {
      this.#isAnswering = false;
      if (!this.#isClosed) this.#tellAll();
    });
  }

  #tellAll(): void {
    const all = [...this.#here].map(([id, { member }]): Pair => [id, member.data]);
    this.#tell({ n: this.#n, all });
  }

  #tell(message: Omit<Message, 'from'>): void {
    // If the others cannot be reached, they are asked and told when the connection is back.
    this.#publish(JSON.stringify({ from: this.#me, ...message })).catch(() => undefined);
  }

  #hear(text: string): void {
    const message = readMessage(text);
    if (!message || message.from === this.#me) return;
    const { from, all, came, left, n, ask, gone } = message;
    if (ask === '*' || ask === this.#me) {
      if (this.#here.size > 0 || ask === this.#me) this.#answer();
      return;
    }
    if (gone) return this.#forget(from);
    if (n === undefined) return;
    const known = this.#elsewhere.get(from);
    if (known) known.at = performance.now();
    if (all) {
      this.#asked.delete(from);
      const members = new Map(all.map(([id, data]) => [id, { id, data: data as Data }]));
      this.#elsewhere.set(from, { members, n, at: performance.now() });
      this.#notify();
    } else if ((came ?? left) && n === (known?.n ?? 0) + 1) {
      const { members } = known ?? this.#add(from);
      for (const [id, data] of came ?? []) members.set(id, { id, data: data as Data });
      for (const id of left ?? []) members.delete(id);
      (this.#elsewhere.get(from) as Elsewhere<Data>).n = n;
      this.#notify();
    } else if (n !== known?.n && !this.#asked.has(from)) {
      this.#asked.add(from);
      this.#tell({ ask: from });
    }
  }

  #forget(from: string): void {
    const known = this.#elsewhere.get(from);
    this.#elsewhere.delete(from);
    this.#asked.delete(from);
    if (known && known.members.size > 0) this.#notify();
  }

  #add(from: string): Elsewhere<Data> {
    const added = { members: new Map<string, Member<Data>>(), n: 0, at: performance.now() };
    this.#elsewhere.set(from, added);
    return added;
  }

  #notify(): void {
    this.#list = undefined;
    this.#isNew = true;
    if (this.#pause === undefined) this.#show();
  }

  #show(): void {
    this.#pause = undefined;
    if (!this.#isNew) return;
    this.#isNew = false;
    this.version += 1;
    if (this.#isClosed || this.#listeners.size === 0) return;
    this.#pause = setTimeout(() => this.#show(), PAUSE).unref();
    for (const listener of this.#listeners) listener();
  }
}
