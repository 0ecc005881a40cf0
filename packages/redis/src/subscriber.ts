/** What is needed of a connection that listens. Clients of ioredis and iovalkey fit. */
export interface SubscriberClient {
  /** `ready` if commands may be sent, `wait` if it does not connect by itself. */
  readonly status: string;
  connect(): Promise<unknown>;
  /** Sends `SUBSCRIBE`. */
  subscribe(...channels: string[]): Promise<unknown>;
  /** Sends `UNSUBSCRIBE`. */
  unsubscribe(...channels: string[]): Promise<unknown>;
  /** `message`, `ready`, `close`, `end` and `error` are listened to. */
  on(event: string, listener: (...args: never[]) => void): unknown;
  /** Closes the connection. */
  disconnect(): void;
}

/** Somebody who listens to a channel. */
interface Listener {
  readonly call: (message: string) => void;
  readonly onConnection: ((isConnected: boolean) => void) | undefined;
}

/** One connection that listens to channels, until nobody does any more. */
export class Subscriber {
  readonly #client: SubscriberClient;
  readonly #channels = new Map<string, Set<Listener>>();
  readonly #waiting = new Set<(isReady: boolean) => void>();
  #isConnected = true;
  #isClosed = false;

  constructor(client: SubscriberClient) {
    this.#client = client;
    client.on('message', (channel: string, message: string) => {
      for (const { call } of this.#channels.get(channel) ?? []) call(message);
    });
    client.on('close', () => {
      this.#tell(false);
      this.#answer(false);
    });
    client.on('end', () => (this.#isClosed = true));
    client.on('ready', () => {
      this.#answer(true);
      void this.#restore();
    });
    // The client that this one is like has the same troubles and tells whoever made it.
    client.on('error', () => undefined);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  async add(
    channel: string,
    call: Listener['call'],
    onConnection: Listener['onConnection'],
  ): Promise<() => Promise<void>> {
    const listener: Listener = { call, onConnection };
    try {
      if (!(await this.#isReady())) throw new Error('There is no connection to Redis.');
      const listeners = this.#channels.get(channel) ?? new Set();
      this.#channels.set(channel, listeners.add(listener));
      await this.#client.subscribe(channel);
    } catch (error) {
      await this.#remove(channel, listener);
      throw error;
    }
    return () => this.#remove(channel, listener);
  }

  /** A client may be one that keeps no commands for later. */
  #isReady(): Promise<boolean> {
    if (this.#client.status === 'ready') return Promise.resolve(true);
    if (this.#client.status === 'wait') this.#client.connect().catch(() => undefined);
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #answer(isReady: boolean): void {
    for (const resolve of this.#waiting) resolve(isReady);
    this.#waiting.clear();
  }

  async #remove(channel: string, listener: Listener): Promise<void> {
    const listeners = this.#channels.get(channel);
    listeners?.delete(listener);
    if (listeners?.size === 0) this.#channels.delete(channel);
    else if (listeners) return;
    if (this.#channels.size === 0) {
      if (this.#waiting.size > 0) return;
      this.#isClosed = true;
      this.#client.disconnect();
      return;
    }
    // If the connection is away, it will not ask for this channel again.
    if (listeners && this.#isConnected) await this.#client.unsubscribe(channel).catch(() => undefined);
  }

  /** Messages arrive again when Redis has answered, not when there is a connection. */
  async #restore(): Promise<void> {
    if (this.#isConnected) return;
    if (this.#channels.size === 0) {
      this.#isConnected = true;
      return;
    }
    try {
      await this.#client.subscribe(...this.#channels.keys());
      this.#tell(true);
    } catch {
      // The connection broke again, and will be made again.
    }
  }

  #tell(isConnected: boolean): void {
    if (this.#isConnected === isConnected || this.#isClosed) return;
    this.#isConnected = isConnected;
    for (const listeners of this.#channels.values()) {
      for (const { onConnection } of listeners) onConnection?.(isConnected);
    }
  }
}
