import { delayBefore, endsForGood } from './back-off.ts';

/** The messages of a route of `createWebSocketRoute()`: `MessagesOf<typeof GET>`. */
export type MessagesOf<Route> = Route extends {
  readonly '~messages'?: infer Messages extends { readonly in: unknown; readonly out: unknown };
}
  ? Messages
  : { readonly in: unknown; readonly out: unknown };

/** What is used of a `WebSocket`. */
export interface WebSocketLike {
  readonly readyState: number;
  send(data: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: string, listener: (event: never) => void): void;
}

/** What `WebSocket` is. */
export type WebSocketConstructor = new (url: string, protocols?: string[]) => WebSocketLike;

/** The options of {@link connectWebSocket}. */
export interface LiveWebSocketOptions<Messages extends { readonly out: unknown }> {
  /** Called for each message. */
  readonly message?: ((message: Messages['out']) => void) | undefined;
  /** Called whenever it is connected. `isAgain` if it was before: load what may have been missed, or name it in the URL. */
  readonly open?: ((isAgain: boolean) => void) | undefined;
  /**
   * Called whenever the connection has ended. `isFinal` unless it is made again.
   */
  readonly close?:
    | ((close: { readonly code: number; readonly reason: string; readonly isFinal: boolean }) => void)
    | undefined;
  readonly protocols?: readonly string[] | undefined;
  /** Milliseconds before the second attempt, at most; they double with each one. Default: 500. */
  readonly minDelay?: number | undefined;
  /** Milliseconds between attempts, at most. Default: 30,000. */
  readonly maxDelay?: number | undefined;
  /** Messages that wait for a connection. Default: 100. */
  readonly queueLimit?: number | undefined;
  /** Default: the global `WebSocket`. */
  readonly WebSocket?: WebSocketConstructor | undefined;
}

/** A WebSocket that connects again. */
export interface LiveWebSocket<Messages extends { readonly in: unknown }> {
  /** Whether it is connected. */
  readonly isOpen: boolean;
  /**
   * Sends a message, or keeps it until there is a connection. One that is sent just before a connection breaks may be lost.
   *
   * @returns false if it is closed for good, or too many messages wait
   */
  send(message: Messages['in']): boolean;
  /** Closes it for good. */
  close(code?: number, reason?: string): void;
}

const OPEN = 1;

/**
 * Connects to a route of `createWebSocketRoute()`, with its types, in browsers and wherever there is a `WebSocket`. A connection that
 * breaks is made again, after growing pauses of random length, so that clients do not all come back at once. It ends for good when
 * either side closes it with 1000, a code from 3000 to 4999, or one that says that the client is at fault (1002 to 1010).
 *
 * ```ts
 * let last = 0;
 * const socket = connectWebSocket<typeof GET>(() => `wss://example.com/feed?after=${last}`, {
 *   message: ({ id, text }) => { last = id; show(text); },
 * });
 * ```
 *
 * @param url a function is asked before each attempt, so that it can say what was received last
 * @typeParam Route the type of the route: `import type { GET } from '../routes/feed.ts'`
 * @throws TypeError if there is no `WebSocket`
 */
export function connectWebSocket<Route = unknown>(
  url: string | URL | (() => string | URL | Promise<string | URL>),
  options: LiveWebSocketOptions<MessagesOf<Route>> = {},
): LiveWebSocket<MessagesOf<Route>> {
  // Its types are those of the route.
  return new Live(url, options as LiveWebSocketOptions<AnyMessages>);
}

interface AnyMessages {
  readonly in: unknown;
  readonly out: unknown;
}

class Live implements LiveWebSocket<AnyMessages> {
  readonly #url: Parameters<typeof connectWebSocket>[0];
  readonly #options: LiveWebSocketOptions<AnyMessages>;
  readonly #WebSocket: WebSocketConstructor;
  readonly #queue: string[] = [];
  #socket: WebSocketLike | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #openedAt: number | undefined;
  #wasOpen = false;
  #isFinal = false;

  constructor(url: Parameters<typeof connectWebSocket>[0], options: LiveWebSocketOptions<AnyMessages>) {
    const constructor =
      options.WebSocket ?? (globalThis as { readonly WebSocket?: WebSocketConstructor }).WebSocket;
    if (!constructor)
      throw new TypeError('There is no global WebSocket: pass one as the option `WebSocket`.');
    this.#url = url;
    this.#options = options;
    this.#WebSocket = constructor;
    void this.#connect();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  send(message: unknown): boolean {
    if (this.#isFinal) return false;
    const text = JSON.stringify(message);
    if (this.#socket && this.isOpen) this.#socket.send(text);
    else if (this.#queue.length < (this.#options.queueLimit ?? 100)) this.#queue.push(text);
    else return false;
    return true;
  }

  close(code = 1000, reason = ''): void {
    if (this.#isFinal) return;
    this.#isFinal = true;
    clearTimeout(this.#timer);
    if (this.#socket) this.#socket.close(code, reason);
    else this.#options.close?.({ code, reason, isFinal: true });
  }

  async #connect(): Promise<void> {
    this.#attempts += 1;
    try {
      const url = await (typeof this.#url === 'function' ? this.#url() : this.#url);
      if (this.#isFinal) return;
      const { protocols = [] } = this.#options;
      this.#listen(new this.#WebSocket(String(url), [...protocols]));
    } catch (error) {
      // Asking for the URL may fail as the network does.
      this.#lose(1006, error instanceof Error ? error.message : '');
    }
  }

  #listen(socket: WebSocketLike): void {
    this.#socket = socket;
    socket.addEventListener('open', () => {
      this.#openedAt = Date.now();
      this.#options.open?.(this.#wasOpen);
      this.#wasOpen = true;
      for (const text of this.#queue.splice(0)) socket.send(text);
    });
    socket.addEventListener('message', ({ data }: { readonly data: unknown }) => {
      if (typeof data === 'string') this.#receive(data);
    });
    // `close` follows.
    socket.addEventListener('error', () => undefined);
    socket.addEventListener(
      'close',
      ({ code, reason }: { readonly code: number; readonly reason: string }) => {
        this.#lose(code, reason);
      },
    );
  }

  #receive(text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      // A route with `format: 'raw'` says something else here, for which there are no types.
      message = text;
    }
    this.#options.message?.(message);
  }

  #lose(code: number, reason: string): void {
    this.#socket = undefined;
    // One that lasted was fine; one that is closed again at once may be closed at once the next time, too.
    if (this.#openedAt !== undefined && Date.now() - this.#openedAt > STABLE_MS) this.#attempts = 0;
    this.#openedAt = undefined;
    this.#isFinal ||= endsForGood(code);
    this.#options.close?.({ code, reason, isFinal: this.#isFinal });
    // The listener may have closed it.
    if (this.#isFinal) return;
    const { minDelay = 500, maxDelay = 30_000 } = this.#options;
    this.#timer = setTimeout(() => void this.#connect(), delayBefore(this.#attempts, minDelay, maxDelay));
  }
}

const STABLE_MS = 5000;
