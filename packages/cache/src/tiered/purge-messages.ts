import type { PubSub } from '@blaizejs/types';

/** What other processes have to drop. */
export type PurgeMessage = { readonly key: string } | { readonly tag: string };

interface Events {
  /** Another process has changed something; undefined if its message cannot be understood. */
  onPurge(message: PurgeMessage | undefined): void;
  /** Messages begin to arrive, or no longer do. */
  onConnection(isConnected: boolean): void;
}

/** Milliseconds until a subscription is tried again. */
const RETRY_DELAY = 1_000;

/** Tells other processes what to drop from their near stores, and listens to them. */
export class PurgeMessages {
  readonly #pubSub: PubSub;
  readonly #channel: string;
  readonly #events: Events;
  /** So that a process does not listen to itself. */
  readonly #sender = crypto.randomUUID();
  #end: (() => Promise<void>) | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;
  readonly #started: Promise<void>;

  constructor(pubSub: PubSub, channel: string, events: Events) {
    this.#pubSub = pubSub;
    this.#channel = channel;
    this.#events = events;
    this.#started = this.#subscribe();
  }

  async publish(message: PurgeMessage): Promise<void> {
    await this.#pubSub.publish(this.#channel, JSON.stringify({ from: this.#sender, ...message }));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    // One that never comes is ended when it comes.
    if (this.#end) await this.#started;
    await this.#end?.();
  }

  async #subscribe(): Promise<void> {
    try {
      const end = await this.#pubSub.subscribe(this.#channel, (text) => this.#hear(text), {
        onConnection: (isConnected) => {
          if (!this.#isClosed) this.#events.onConnection(isConnected);
        },
      });
      if (this.#isClosed) {
        await end();
        return;
      }
      this.#end = end;
      this.#events.onConnection(true);
    } catch {
      if (this.#isClosed) return;
      this.#retry = setTimeout(() => void this.#subscribe(), RETRY_DELAY);
      this.#retry.unref();
    }
  }

  #hear(text: string): void {
    if (this.#isClosed) return;
    const message = read(text);
    if (message?.from !== this.#sender) this.#events.onPurge(message);
  }
}

function read(text: string): (PurgeMessage & { readonly from: string }) | undefined {
  try {
    const message = JSON.parse(text) as { from?: unknown; key?: unknown; tag?: unknown } | null;
    if (typeof message?.from !== 'string') return undefined;
    const { from, key, tag } = message;
    if (typeof key === 'string') return { from, key };
    return typeof tag === 'string' ? { from, tag } : undefined;
  } catch {
    return undefined;
  }
}
