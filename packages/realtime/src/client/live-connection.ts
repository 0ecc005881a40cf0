import type { Waiting } from '../websocket/outstanding.ts';
import { isPacket, readPacket } from '../websocket/packet.ts';
import { delayBefore, endsForGood } from './back-off.ts';
import { ClientRequests, refuseLost } from './client-requests.ts';
import { checkArguments } from './check-arguments.ts';
import { Places } from './places.ts';
import type {
  Conversation,
  LiveRequestOptions,
  LiveWebSocket,
  LiveWebSocketOptions,
  WebSocketConstructor,
  WebSocketLike,
} from './live-types.ts';

const CONNECTING = 0;
const OPEN = 1;
const STABLE_MS = 5000;

type Url = string | URL | (() => string | URL | Promise<string | URL>);

/** See `connectWebSocket()`. There is one `WebSocket` at a time. */
export class LiveConnection implements LiveWebSocket<Conversation> {
  readonly #url: Url;
  readonly #options: LiveWebSocketOptions<Conversation>;
  readonly #WebSocket: WebSocketConstructor;
  readonly #queue: (string | Waiting)[] = [];
  readonly #places: Places | undefined;
  #requests: ClientRequests | undefined;
  #socket: WebSocketLike | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #attempts = 0;
  #openedAt: number | undefined;
  #wasOpen = false;
  #isFinal = false;

  constructor(url: Url, options: LiveWebSocketOptions<Conversation>) {
    const constructor =
      options.WebSocket ?? (globalThis as { readonly WebSocket?: WebSocketConstructor }).WebSocket;
    if (!constructor)
      throw new TypeError(
        'There is no global WebSocket: pass one as the option `WebSocket`, that of `ws` say.',
      );
    checkArguments(url, options);
    this.#url = url;
    this.#options = options;
    this.#WebSocket = constructor;
    if (options.answers) this.#makeRequests();
    if (options.resume) this.#places = new Places();
    void this.#connect();
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === OPEN;
  }

  send(message: unknown): boolean {
    if (this.#isFinal) return false;
    const text = JSON.stringify(message);
    if (this.sendNow(text)) return true;
    if (this.#queue.length >= (this.#options.queueLimit ?? 100)) return false;
    this.#queue.push(text);
    return true;
  }

  request(name: string, data: unknown, options: LiveRequestOptions<true> = {}): Promise<unknown> {
    if (this.#isFinal) return refuseLost(name);
    const requests = this.#requests ?? this.#makeRequests();
    return requests.ask(name, data, options);
  }

  /** @internal */
  sendNow(text: string): boolean {
    if (!this.isOpen) return false;
    this.#socket?.send(text);
    return true;
  }

  /** @internal */
  keep(waiting: Waiting): void {
    this.#queue.push(waiting);
  }

  /** @internal */
  drop(waiting: Waiting): void {
    const at = this.#queue.indexOf(waiting);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  close(code = 1000, reason = ''): void {
    if (code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new RangeError(`close() takes 1000, or a code from 3000 to 4999, not ${code}.`);
    }
    if (this.#isFinal) return;
    this.#isFinal = true;
    clearTimeout(this.#timer);
    this.#requests?.lose(true);
    if (this.#socket) this.#socket.close(code, reason);
    else this.#options.close?.({ code, reason, isFinal: true });
  }

  #makeRequests(): ClientRequests {
    const { answers = {}, maxRequests = 100 } = this.#options;
    return (this.#requests = new ClientRequests(this, answers, maxRequests));
  }

  async #connect(): Promise<void> {
    this.#attempts += 1;
    let socket: WebSocketLike;
    try {
      const url = await (typeof this.#url === 'function' ? this.#url() : this.#url);
      if (this.#isFinal) return;
      const { protocols = [] } = this.#options;
      socket = new this.#WebSocket(this.#places?.addTo(String(url)) ?? String(url), [...protocols]);
    } catch (error) {
      // Asking for the URL may fail as the network does.
      if (!this.#isFinal) this.#lose(1006, error instanceof Error ? error.message : '');
      return;
    }
    this.#listen(socket);
  }

  #listen(socket: WebSocketLike): void {
    this.#socket = socket;
    socket.addEventListener('open', () => this.#begin());
    socket.addEventListener('message', ({ data }: { readonly data: unknown }) => {
      if (typeof data === 'string') this.#receive(data);
    });
    const lose = (code: number, reason: string): void => {
      if (this.#socket === socket) this.#lose(code, reason);
    };
    // `close` follows, but not in Node 22 if the handshake was refused: its socket stays CONNECTING.
    socket.addEventListener('error', () => {
      if (socket.readyState === CONNECTING) lose(1006, '');
    });
    socket.addEventListener('close', ({ code, reason }: { readonly code: number; readonly reason: string }) =>
      lose(code, reason),
    );
  }

  #begin(): void {
    this.#openedAt = Date.now();
    const isAgain = this.#wasOpen;
    this.#wasOpen = true;
    try {
      this.#options.open?.(isAgain);
    } finally {
      for (const waiting of this.#queue.splice(0)) {
        if (typeof waiting === 'string') this.sendNow(waiting);
        else this.#requests?.send(waiting);
      }
    }
  }

  #receive(text: string): void {
    const packet = this.#requests && isPacket(text.charCodeAt(0)) ? readPacket(text) : undefined;
    if (packet) return this.#requests?.take(packet);
    const marked = this.#places?.take(text);
    if (marked?.isReset) this.#options.reset?.(marked.room);
    if (!marked) this.#deliver(text);
    else if (marked.json !== undefined) this.#deliver(marked.json);
  }

  #deliver(text: string): void {
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
    // In the order in which they were made, before what was said since.
    this.#queue.unshift(...(this.#requests?.lose(this.#isFinal) ?? []));
    try {
      this.#options.close?.({ code, reason, isFinal: this.#isFinal });
    } finally {
      // The listener may have closed it.
      if (!this.#isFinal) {
        const { minDelay = 500, maxDelay = 30_000 } = this.#options;
        const delay = delayBefore(this.#attempts, minDelay, maxDelay);
        this.#timer = setTimeout(() => void this.#connect(), delay);
      }
    }
  }
}
