import { BlaizeError } from '@blaizejs/errors';
import {
  checkOptions,
  is,
  join,
  oneOf,
  optional,
  options as shapeOf,
  orElse,
  text,
} from '@blaizejs/errors/internal';
import { logError } from '@blaizejs/context/internal';
import type { AnySchema, EventLog, PubSub, Schema } from '@blaizejs/types';

import { eventLogCheck, pubSubCheck, schemaCheck } from '../option-checks.ts';
import { encoderOf, type Format } from './codec.ts';
import { exceptionOf, LoggedRoom } from './logged-room.ts';
import { readEnvelope, toEnvelope } from './room-envelope.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import type { MessageTo, ServerSocket } from './route-types.ts';
import { type Membership, Socket } from './socket.ts';

/** The options of {@link createRooms}. */
export interface RoomsOptions<Out, F extends Format = 'json'> {
  /** The schema of messages; it has to be synchronous. What it returns is sent. Default: anything. */
  readonly message?: Out | undefined;
  /** As for a route. Default: `'json'`. */
  readonly format?: F | undefined;
  /** Reaches the sockets of other processes: `redisPubSub()` of `@blaizejs/redis`. Default: only those of this process. */
  readonly pubSub?: PubSub | undefined;
  /**
   * Keeps the last messages of each room, and reaches other processes: `memoryEventLog()`, or `redisEventLog()` of
   * `@blaizejs/redis`. A client that comes back with `resume` gets what it has missed, in order and nothing twice, or learns
   * that it is lost. One that is too slow is cut off, whatever `slow` says, and comes back. Default: none.
   */
  readonly log?: EventLog | undefined;
  /** What the names of channels begin with. Default: `rooms:`. */
  readonly prefix?: string | undefined;
  /**
   * Called when messages of other processes arrive again after a break, in which some may have been lost: sockets of the room
   * may have to be told to load again. What it throws is logged.
   */
  readonly onGap?: ((room: string) => void) | undefined;
}

/** Groups of sockets that get the same messages. */
export interface Rooms<Message = unknown> {
  /**
   * Adds a socket to a room, until it leaves or closes. Resolves once messages of other processes reach it, too; rejects if
   * they cannot, and the socket is then not in the room.
   */
  join(room: string, socket: ServerSocket<Message, unknown>): Promise<void>;
  /** Takes a socket out of a room. */
  leave(room: string, socket: ServerSocket<Message, unknown>): Promise<void>;
  /**
   * Sends a message to all sockets of a room, encoded once. A socket whose client reads too slowly is treated as its route's
   * `slow` says, and delays nobody.
   *
   * @returns resolves once it is queued, or published to all processes; rejects with a BlaizeError
   *   `ERR_BLAIZE_WEBSOCKET_MESSAGE` for a message that does not fit, and if it cannot be published
   */
  send(
    room: string,
    message: Message,
    options?: { readonly except?: ServerSocket<Message, unknown> | undefined },
  ): Promise<void>;
  /** How many sockets of this process are in a room. */
  size(room: string): number;
  /** The rooms that a socket is in. */
  of(socket: ServerSocket<Message, unknown>): readonly string[];
}

const check = shapeOf(
  {
    message: optional(schemaCheck),
    format: orElse(oneOf('json', 'raw'), 'json'),
    pubSub: optional(pubSubCheck),
    log: optional(eventLogCheck),
    prefix: orElse(text('a string that is not empty'), 'rooms:'),
    onGap: optional(is<(room: string) => void>('a function (room)', (value) => typeof value === 'function')),
  },
  'an object of options, such as { message: Message }',
);

const checkWhole: typeof check = (value, path, report) => {
  const checked = check(value, path, report);
  const { log, pubSub, format } = checked;
  if (log && pubSub)
    report(join(path, 'pubSub'), pubSub, 'nothing beside `log`, which reaches other processes, too');
  if (log && format === 'raw') report(join(path, 'format'), format, '"json" for rooms with a log');
  return checked;
};

/** The sockets of one room. */
interface Room extends Membership {
  readonly of: RoomSet;
  readonly members: Set<Socket>;
  readonly logged: LoggedRoom | undefined;
  /** Ends the subscription. */
  readonly subscribed: Promise<(() => Promise<void>) | undefined>;
}

/**
 * Creates rooms: groups of sockets, of any routes, that get the same messages.
 *
 * ```ts
 * export const rooms = createRooms({ message: Message, pubSub: redisPubSub(redis) });
 *
 * export const GET = createWebSocketRoute('/rooms/[id]', {
 *   messages: { in: Message, out: Message },
 *   open: (socket) => rooms.join(socket.ctx.request.params.id, socket),
 *   message: (socket, message) => rooms.send(socket.ctx.request.params.id, message),
 * });
 * ```
 *
 * @throws ConfigurationError if an option is not valid
 */
export function createRooms<Out extends AnySchema | undefined = undefined, F extends Format = 'json'>(
  options: RoomsOptions<Out, F> = {},
): Rooms<MessageTo<Out, F>> {
  const { message, ...settings } = checkOptions(checkWhole, options);
  return new RoomSet({ schema: message, ...settings });
}

interface Settings {
  readonly schema: Schema | undefined;
  readonly format: Format;
  readonly pubSub: PubSub | undefined;
  readonly log: EventLog | undefined;
  readonly prefix: string;
  readonly onGap: ((room: string) => void) | undefined;
}

class RoomSet implements Rooms {
  readonly #settings: Settings;
  readonly #encode: (message: unknown) => OutgoingMessage;
  readonly #rooms = new Map<string, Room>();

  constructor(settings: Settings) {
    this.#settings = settings;
    this.#encode = encoderOf(settings.schema, settings.format);
  }

  async join(name: string, given: ServerSocket<never, unknown>): Promise<void> {
    const socket = toSocket(given);
    if (!socket.isOpen) return;
    const room = this.#rooms.get(name) ?? this.#open(name);
    const isNew = !room.members.has(socket);
    room.members.add(socket);
    if (isNew) room.logged?.hold(socket);
    socket.enter(room);
    try {
      await room.subscribed;
      if (isNew) await room.logged?.catchUp(socket);
    } catch (error) {
      await this.#remove(room, socket);
      throw error;
    }
  }

  async leave(name: string, given: ServerSocket<never, unknown>): Promise<void> {
    const room = this.#rooms.get(name);
    if (room) await this.#remove(room, toSocket(given));
  }

  async send(
    name: string,
    message: unknown,
    { except }: { readonly except?: ServerSocket<never, unknown> | undefined } = {},
  ): Promise<void> {
    const encoded = this.#encode(message);
    const { pubSub, log, prefix } = this.#settings;
    if (log) {
      await log.append(prefix + name, toEnvelope(encoded.data, except && exceptionOf(toSocket(except))));
      return;
    }
    // With others, it comes back to this process, too, so that all sockets get messages in one order.
    if (pubSub) await pubSub.publish(prefix + name, toEnvelope(encoded.data, except?.id));
    else deliver(this.#rooms.get(name)?.members, encoded, (socket) => socket !== except);
  }

  size(name: string): number {
    return this.#rooms.get(name)?.members.size ?? 0;
  }

  of(given: ServerSocket<never, unknown>): readonly string[] {
    const own = toSocket(given).rooms.filter((room) => (room as Room).of === this);
    return own.map(({ name }) => name);
  }

  #open(name: string): Room {
    const members = new Set<Socket>();
    const { log, prefix } = this.#settings;
    const logged = log && new LoggedRoom(log, prefix + name, name, members);
    const subscribed = logged
      ? logged.watch(() => this.#tellGap(name, members))
      : this.#subscribe(name, members);
    const room: Room = {
      name,
      of: this,
      members,
      logged,
      subscribed,
      // Nobody waits for the end of the subscription.
      lose: (socket) => void this.#remove(room, socket).catch(() => undefined),
    };
    this.#rooms.set(name, room);
    return room;
  }

  async #subscribe(name: string, members: Set<Socket>): Promise<(() => Promise<void>) | undefined> {
    const { pubSub, prefix } = this.#settings;
    if (!pubSub) return undefined;
    let wasLost = false;
    return pubSub.subscribe(
      prefix + name,
      (text) => {
        const envelope = readEnvelope(text);
        if (!envelope) return;
        const { data, except } = envelope;
        deliver(members, new OutgoingMessage(data), (socket) => except === undefined || socket.id !== except);
      },
      {
        onConnection: (isConnected) => {
          if (isConnected && wasLost) this.#tellGap(name, members);
          wasLost = !isConnected;
        },
      },
    );
  }

  /** Others who share the connection have to be told, too, whatever the listener of the application does. */
  #tellGap(name: string, [member]: ReadonlySet<Socket>): void {
    const run = async (): Promise<void> => this.#settings.onGap?.(name);
    run().catch((error: unknown) => {
      if (member)
        logError(() => member.ctx.log, 'error', error, `The onGap listener of the room ${name} failed`);
    });
  }

  async #remove(room: Room, socket: Socket): Promise<void> {
    if (!room.members.delete(socket)) return;
    room.logged?.forget(socket);
    socket.leave(room);
    if (room.members.size > 0) return;
    if (this.#rooms.get(room.name) === room) this.#rooms.delete(room.name);
    const end = await room.subscribed.catch(() => undefined);
    await end?.();
  }
}

function deliver(
  members: ReadonlySet<Socket> | undefined,
  message: OutgoingMessage,
  isFor: (socket: Socket) => boolean,
): void {
  for (const socket of members ?? []) if (isFor(socket)) socket.post(message);
}

function toSocket(value: unknown): Socket {
  if (value instanceof Socket) return value;
  throw new BlaizeError('ERR_BLAIZE_WEBSOCKET_MESSAGE', 'Rooms take the sockets of createWebSocketRoute().');
}
