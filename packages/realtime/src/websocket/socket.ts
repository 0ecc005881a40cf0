import { drainingOf, type KeptContext, logError, runKept } from '@blaizejs/context/internal';
import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';

import type { Context } from '@blaizejs/types';

import { assertClose, CLOSE, fitReason, type WebSocketClose } from './close-codes.ts';
import { RefusedMessage } from './codec.ts';
import { Connection, type ConnectionEvents, type ConnectionSettings } from './connection.ts';
import { warnIfLate } from './late-open.ts';
import type { Group, OpenSocket, OpenSockets } from './open-sockets.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import type { WebSocketRequestOptions } from './outstanding.ts';
import { isPacket } from './packet.ts';
import { isAftermath, type RequestHost, type RequestSettings, SocketRequests } from './socket-requests.ts';

// Milliseconds that a client has to answer when the server stops.
const STOP_TIMEOUT = 2000;

/** What sockets of one route share. */
export interface SocketSettings extends ConnectionSettings {
  readonly openSockets: (draining: AbortSignal | undefined) => OpenSockets;
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
  readonly ctx: Context;
  /** In which listeners run. */
  readonly kept: KeptContext;
}

/** A room that a socket is in. */
export interface Membership {
  readonly name: string;
  /** The socket has closed. */
  lose(socket: Socket): void;
}

/** What few sockets have. */
interface Rare {
  id?: string;
  abort?: AbortController;
  closed?: WebSocketClose;
  /** Called when the last listener has ended. */
  ended?: () => void;
}

/** One WebSocket, and the listeners of its route. */
export class Socket implements ConnectionEvents, OpenSocket, RequestHost {
  readonly ctx: Context;
  readonly protocol: string;
  readonly #settings: SocketSettings;
  readonly #connection: Connection;
  readonly #kept: KeptContext;
  readonly #group: Group;
  readonly #requests: SocketRequests<Socket> | undefined;
  /** Most sockets are in one room at most. */
  #rooms: Membership | Membership[] | undefined;
  /** The listener that is running. */
  #running: Promise<void> | undefined;
  #rare: Rare | undefined;

  constructor(settings: SocketSettings, opening: Opening) {
    const { ctx, protocol, stream, deflates, kept } = opening;
    this.ctx = ctx;
    this.protocol = protocol;
    this.#settings = settings;
    this.#kept = kept;
    this.#connection = new Connection(stream, settings, deflates, this);
    this.#group = settings.openSockets(drainingOf(ctx)).add(this);
    if (settings.requests) this.#requests = new SocketRequests<Socket>(this, settings.requests);
  }

  get #more(): Rare {
    return (this.#rare ??= {});
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
    return (this.#more.id ??= randomUUID());
  }

  get isOpen(): boolean {
    return this.#connection.isOpen;
  }

  get queued(): number {
    return this.#connection.queued;
  }

  get signal(): AbortSignal {
    const more = this.#more;
    more.abort ??= new AbortController();
    if (more.closed) more.abort.abort();
    return more.abort.signal;
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
    if (this.#rare?.closed) return;
    // What listeners use, such as a database, has to last until they have ended.
    this.ctx.waitUntil(new Promise<void>((resolve) => (this.#more.ended = resolve)));
    this.#connection.close(CLOSE.goingAway, 'The server is about to stop', STOP_TIMEOUT);
  }

  /** @internal Sends a message that was encoded for many. */
  post(message: OutgoingMessage): boolean {
    return this.#connection.post(message);
  }

  /** @internal */
  beat(): void {
    this.#connection.beat();
  }

  /** @internal The rooms that it is in. */
  get rooms(): readonly Membership[] {
    const rooms = this.#rooms;
    return rooms === undefined ? [] : Array.isArray(rooms) ? rooms : [rooms];
  }

  /** @internal */
  enter(room: Membership): void {
    const { rooms } = this;
    if (!rooms.includes(room)) this.#rooms = rooms.length === 0 ? room : [...rooms, room];
  }

  /** @internal */
  leave(room: Membership): void {
    const left = this.rooms.filter((other) => other !== room);
    this.#rooms = left.length > 1 ? left : left[0];
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
    return runKept(this.ctx, this.#kept, work);
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
    const { openSockets } = this.#settings;
    const more = this.#more;
    more.closed = close;
    openSockets(drainingOf(this.ctx)).delete(this, this.#group);
    more.abort?.abort();
    this.#requests?.end();
    for (const room of this.rooms) room.lose(this);
    // Listeners run one after the other, also if one of them has just cut the connection.
    queueMicrotask(() => void this.#tellClose(close));
  }

  async #tellClose(close: WebSocketClose): Promise<void> {
    await this.#requests?.settled();
    await this.#running;
    const { close: tell } = this.#settings;
    if (tell) await this.#run('close', () => tell(this, close));
    this.#rare?.ended?.();
  }

  /** Runs a listener. Never throws or rejects. */
  #run(name: string, listener: () => unknown): void | Promise<void> {
    try {
      const result = this.inContext(listener);
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
    if (this.#rare?.closed && isAftermath(error)) return;
    const { ctx } = this;
    logError(() => ctx.log, 'error', error, `${what} the WebSocket ${ctx.route?.pattern ?? ''} failed`);
    this.#connection.close(CLOSE.failed, '');
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
