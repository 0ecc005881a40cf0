import type { PubSub } from '@blaizejs/types';

import type { Member } from './presence.ts';
import { type Message, type Pair, readMessage } from './presence-message.ts';

interface Elsewhere<Data> {
  readonly members: Map<string, Data>;
  n: number;
  /** When it was last heard of. */
  at: number;
}

/** The members of one topic: those of this process, and what the others say about theirs. */
export class PresentMembers<Data> {
  /** How many members and watchers this process has. */
  users = 0;
  /** Grows with each change. */
  version = 0;
  readonly #me = crypto.randomUUID();
  readonly #pubSub: PubSub;
  readonly #channel: string;
  readonly #here = new Map<string, { data: Data; count: number }>();
  readonly #elsewhere = new Map<string, Elsewhere<Data>>();
  readonly #listeners = new Set<() => void>();
  #subscription: Promise<() => Promise<void>> | undefined;
  #changed = new Set<string>();
  #n = 0;

  constructor(pubSub: PubSub, channel: string) {
    this.#pubSub = pubSub;
    this.#channel = channel;
    this.#listen();
  }

  list(): readonly Member<Data>[] {
    const found = new Map<string, Data>();
    for (const { members } of this.#elsewhere.values()) for (const [id, data] of members) found.set(id, data);
    for (const [id, { data }] of this.#here) found.set(id, data);
    return [...found].map(([id, data]) => ({ id, data }));
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  join(id: string, data: Data): void {
    this.#here.set(id, { data, count: (this.#here.get(id)?.count ?? 0) + 1 });
    this.#change(id);
  }

  leave(id: string): void {
    const member = this.#here.get(id);
    if (!member) return;
    member.count -= 1;
    if (member.count > 0) return;
    this.#here.delete(id);
    this.#change(id);
  }

  /** Gives a sign of life, and forgets the processes that gave none for some milliseconds. */
  beat(patience: number): void {
    if (!this.#subscription) this.#listen();
    if (this.#here.size > 0) this.#tell({ n: this.#n });
    const oldest = performance.now() - patience;
    for (const [from, { at, members }] of this.#elsewhere) {
      if (at >= oldest) continue;
      this.#elsewhere.delete(from);
      if (members.size > 0) this.#notify();
    }
  }

  close(): void {
    void this.#subscription?.then((end) => end()).catch(() => undefined);
  }

  #listen(): void {
    const subscription = this.#pubSub.subscribe(this.#channel, (text) => this.#hear(text), {
      onConnection: (isConnected) => {
        if (isConnected) this.#meet();
      },
    });
    this.#subscription = subscription;
    subscription.then(
      () => this.#meet(),
      // It is tried again with the next sign of life.
      () => (this.#subscription = undefined),
    );
  }

  #change(id: string): void {
    if (this.#changed.size === 0) setImmediate(() => this.#tellChanges());
    this.#changed.add(id);
    this.#notify();
  }

  #tellChanges(): void {
    const changed = [...this.#changed];
    this.#changed = new Set();
    this.#n += 1;
    const came = changed.flatMap((id): Pair[] => {
      const member = this.#here.get(id);
      return member ? [[id, member.data]] : [];
    });
    this.#tell({ n: this.#n, came, left: changed.filter((id) => !this.#here.has(id)) });
  }

  /** Asks all, and tells all. */
  #meet(): void {
    this.#tell({ ask: '*' });
    if (this.#here.size > 0) this.#tellAll();
  }

  #tellAll(): void {
    const all = [...this.#here].map(([id, { data }]): Pair => [id, data]);
    this.#tell({ n: this.#n, all });
  }

  #tell(message: Omit<Message, 'from'>): void {
    // If the others cannot be reached, they are asked and told when the connection is back.
    this.#pubSub
      .publish(this.#channel, JSON.stringify({ from: this.#me, ...message }))
      .catch(() => undefined);
  }

  #hear(text: string): void {
    const message = readMessage(text);
    if (!message || message.from === this.#me) return;
    const { from, all, came, left, n, ask } = message;
    if (ask === '*' || ask === this.#me) {
      if (this.#here.size > 0 || ask === this.#me) this.#tellAll();
      return;
    }
    if (n === undefined) return;
    const known = this.#elsewhere.get(from);
    if (known) known.at = performance.now();
    if (all) {
      this.#elsewhere.set(from, { members: new Map(all as [string, Data][]), n, at: performance.now() });
      this.#notify();
    } else if ((came ?? left) && n === (known?.n ?? 0) + 1) {
      const { members } = known ?? this.#add(from);
      for (const [id, data] of came ?? []) members.set(id, data as Data);
      for (const id of left ?? []) members.delete(id);
      (this.#elsewhere.get(from) as Elsewhere<Data>).n = n;
      this.#notify();
    } else if (n !== known?.n) {
      this.#tell({ ask: from });
    }
  }

  #add(from: string): Elsewhere<Data> {
    const added = { members: new Map<string, Data>(), n: 0, at: performance.now() };
    this.#elsewhere.set(from, added);
    return added;
  }

  #notify(): void {
    this.version += 1;
    for (const listener of this.#listeners) listener();
  }
}
