import { type Snapshot, logError } from '@blaizejs/context/internal';
import { addListener, callListeners, type Listeners } from '@blaizejs/errors/internal';
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';

import type { AnyContext } from '@blaizejs/types';

import { assertClose, CLOSE, fitReason, type WebSocketClose } from './close-codes.ts';
import { RefusedMessage } from './codec.ts';
import { Connection, type ConnectionEvents, type ConnectionSettings } from './connection.ts';
import type { Group, Heartbeat } from './heartbeat.ts';
import { warnIfLate } from './late-open.ts';
import { listOpen, type Stoppable } from './open-sockets.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import type { WebSocketRequestOptions } from './outstanding.ts';
import { isPacket } from './packet.ts';
import { isAftermath, type RequestHost, type RequestSettings, SocketRequests } from './socket-requests.ts';

// Milliseconds that a client has to answer when the server stops.
const STOP_TIMEOUT = 2000;

/** What sockets of one route share. */
export interface SocketSettings extends ConnectionSettings {
  readonly heartbeat: Heartbeat;
  /** Messages of fewer bytes are not compressed. */
  readonly threshold: number;
  readonly decode: (data: Buffer, isBinary: boolean) => unknown;
  readonly encode: (message: unknown) => OutgoingMessage;
  readonly open: ((socket: Socket) => unknown) | undefined;
  readonly message: ((socket: Socket, message: unknown) => unknown) | undefined;
  readonly close: ((socket: Socket, close: WebSocketClose) => unknown) | undefined;
  /** Undefined for a route without requests. */
  readonly requests: RequestSettings<Socket> | undefined;
}

/** What a socket was opened with. */
export interface Opening {
  readonly stream: Duplex;
  readonly protocol: string;
  readonly deflates: boolean;
  readonly ctx: AnyContext;
  /** Runs listeners in the context of the request. */
  readonly inContext: Snapshot;
  readonly draining: AbortSignal | undefined;
}

/** One WebSocket, and the listeners of its route. */
export class Socket implements ConnectionEvents, Stoppable, RequestHost {
  readonly ctx: AnyContext;
  readonly protocol: string;
  readonly #settings: SocketSettings;
  readonly #connection: Connection;
  readonly #inContext: Snapshot;
  readonly #openSockets: Set<Stoppable> | undefined;
  readonly #pinged: Group | undefined;
  readonly #requests: SocketRequests<Socket> | undefined;
  #id: string | undefined;
  #abort: AbortController | undefined;
  #closed: WebSocketClose | undefined;
  /** The listener that is running. */
  #running: Promise<void> | undefined;
  #onClosed: Listeners;
  /** Called when the last listener has ended. */
  #ended: (() => void) | undefined;

  constructor(settings: SocketSettings, opening: Opening) {
    const { ctx, protocol, stream, deflates, inContext, draining } = opening;
    this.ctx = ctx;
    this.protocol = protocol;
    this.#settings = settings;
    this.#inContext = inContext;
    this.#connection = new Connection(stream, settings, deflates ? settings.threshold : undefined, this);
    this.#openSockets = listOpen(draining, this);
    this.#pinged = settings.heartbeat.add(this.#connection);
    if (settings.requests) this.#requests = new SocketRequests<Socket>(this, settings.requests);
  }

  /** Runs the `open` listener, and begins to read. */
  start(): void {
    const { open } = this.#settings;
    const run = (): void | Promise<void> => open && this.#run('open', () => open(this));
    const opened = this.#requests ? this.#requests.inOrder(0, run) : run();
    if (opened) warnIfLate(this.#settings, this, opened);
    this.#connection.start(opened);
  }

  get id(): string {
    return (this.#id ??= randomUUID());
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  get queued(): number {
    return this.#connection.queued;
  }

  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#closed) this.#abort.abort();
    return this.#abort.signal;
  }

  send(message: unknown): Promise<boolean> {
    let encoded: OutgoingMessage;
    try {
      encoded = this.#settings.encode(message);
    } catch (error) {
      // Thrown in a timer, or as a rejection that nobody awaits, it would end the process.
      this.#fail(error, 'A message for');
      return Promise.resolve(false);
    }
    return this.#connection.send(encoded);
  }

  request(name: string, data: unknown, options?: WebSocketRequestOptions): Promise<unknown> {
    if (this.#requests) return this.#requests.ask(name, data, options);
    throw new TypeError(`The route has no \`requests\`, so clients can't be asked for ${name}.`);
  }

  close(code = 1000, reason = ''): void {
    assertClose(code, reason);
    this.#connection.close(code, reason);
  }

  terminate(): void {
    this.#connection.terminate();
  }

  /** The server is about to stop. */
  goAway(): void {
    if (this.#closed) return;
    // What listeners use, such as a database, has to last until they have ended.
    this.ctx.waitUntil(new Promise<void>((resolve) => (this.#ended = resolve)));
    this.#connection.close(CLOSE.goingAway, 'The server is about to stop', STOP_TIMEOUT);
  }

  /** @internal Sends a message that was encoded for many. */
  post(message: OutgoingMessage): boolean {
    return this.#connection.post(message);
  }

  /** @internal Called when it closes, before the listener of the route; at once if it has. */
  whenClosed(listener: () => void): void {
    if (this.#closed) listener();
    else this.#onClosed = addListener(this.#onClosed, listener);
  }

  /** @internal */
  sendText(text: string): Promise<boolean> {
    return this.#connection.send(new OutgoingMessage(text));
  }

  /** @internal */
  refuse(code: number, reason: string): void {
    this.#connection.close(code, reason);
  }

  /** @internal */
  inContext<T>(work: () => T): T {
    return this.#inContext(work);
  }

  /** @internal */
  onMessage(data: Buffer, isBinary: boolean): void | Promise<void> {
    const requests = this.#requests;
    if (!requests) return this.#handle(data, isBinary);
    if (!isBinary && isPacket(data[0])) return requests.take(data);
    return requests.inOrder(data.length, () => this.#handle(data, isBinary));
  }

  #handle(data: Buffer, isBinary: boolean): void | Promise<void> {
    const { decode, message } = this.#settings;
    return this.#run('message', () => {
      const decoded = decode(data, isBinary);
      const deliver = (value: unknown): unknown => {
        if (value instanceof RefusedMessage) {
          this.#connection.close(value.code, fitReason(value.reason));
          return undefined;
        }
        // The connection may have closed while the schema was at work.
        return this.isOpen ? message?.(this, value) : undefined;
      };
      return isThenable(decoded) ? decoded.then(deliver) : deliver(decoded);
    });
  }

  /** @internal */
  onClose(close: WebSocketClose): void {
    this.#closed = close;
    this.#openSockets?.delete(this);
    this.#settings.heartbeat.delete(this.#connection, this.#pinged);
    this.#abort?.abort();
    this.#requests?.end();
    callListeners(this.#onClosed);
    // Listeners run one after the other, also if one of them has just cut the connection.
    queueMicrotask(() => void this.#tellClose(close));
  }

  async #tellClose(close: WebSocketClose): Promise<void> {
    await this.#requests?.settled();
    await this.#running;
    const { close: tell } = this.#settings;
    if (tell) await this.#run('close', () => tell(this, close));
    this.#ended?.();
  }

  /** Runs a listener. Never throws or rejects. */
  #run(name: string, listener: () => unknown): void | Promise<void> {
    try {
      const result = this.#inContext(listener);
      if (!isThenable(result)) return undefined;
      const running: Promise<void> = Promise.resolve(result).then(
        () => this.#settle(running),
        (error: unknown) => {
          this.#settle(running);
          this.#fail(error, `The ${name} listener of`);
        },
      );
      this.#running = running;
      return running;
    } catch (error) {
      return this.#fail(error, `The ${name} listener of`);
    }
  }

  #settle(running: Promise<void>): void {
    if (this.#running === running) this.#running = undefined;
  }

  /** Logs an error, and closes the connection without telling the client why. */
  #fail(error: unknown, what: string): void {
    if (this.#closed && isAftermath(error)) return;
    const { ctx } = this;
    logError(() => ctx.log, 'error', error, `${what} the WebSocket ${ctx.route?.pattern ?? ''} failed`);
    this.#connection.close(CLOSE.failed, '');
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
