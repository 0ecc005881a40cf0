import type { EventLog, LogEntry, LogPosition } from '@blaizejs/types';

import { hasReadAll, isSamePlace } from '../position.ts';
import { OutgoingMessage } from './outgoing-message.ts';
import {
  markedText,
  positionText,
  readResumption,
  type Resumption,
  RESUME,
  resetText,
} from './resumption.ts';
import { readEnvelope } from './room-envelope.ts';
import type { Socket } from './socket.ts';

/** Messages that are read from the log at once. */
const PAGE = 100;

const known = new WeakMap<Socket, { readonly resumption: Resumption | undefined }>();

/** @returns undefined if the client does not resume */
export function resumptionOf(socket: Socket): Resumption | undefined {
  let found = known.get(socket);
  if (!found) {
    found = { resumption: readResumption(socket.ctx.request.url.searchParams.get(RESUME)) };
    known.set(socket, found);
  }
  return found.resumption;
}

/** What says in the log who does not get a message: the client that resumes, over all of its connections, or the socket. */
export function exceptionOf(socket: Socket): string {
  return resumptionOf(socket)?.client ?? socket.id;
}

/** A room whose messages are in a log. Sends each member what it has not had, and then what comes. */
export class LoggedRoom {
  readonly #log: EventLog;
  readonly #topic: string;
  readonly #name: string;
  readonly #members: ReadonlySet<Socket>;
  /** Those that get what they have missed first. */
  readonly #behind = new Set<Socket>();
  /** Those that have read more in the log than was heard of it. */
  readonly #ahead = new Map<Socket, LogPosition>();
  #head: LogPosition | undefined;

  constructor(log: EventLog, topic: string, name: string, members: ReadonlySet<Socket>) {
    this.#log = log;
    this.#topic = topic;
    this.#name = name;
    this.#members = members;
  }

  /** Begins to listen. @param onGap called when messages are lost. @returns ends it */
  async watch(onGap: () => void): Promise<() => Promise<void>> {
    const watch = await this.#log.watch(this.#topic, {
      onEntry: (entry) => this.#onEntry(entry),
      onBreak: (position) => {
        this.#onBreak(position);
        onGap();
      },
    });
    this.#head ??= watch.position;
    return () => watch.stop();
  }

  /** Keeps a new member waiting until it has {@link LoggedRoom.catchUp caught up}. */
  hold(socket: Socket): void {
    if (resumptionOf(socket)) this.#behind.add(socket);
  }

  /** Forgets one that has left. */
  forget(socket: Socket): void {
    this.#behind.delete(socket);
    this.#ahead.delete(socket);
  }

  /** Sends a member what it has missed, as fast as it reads. Rejects if the log cannot be read. */
  async catchUp(socket: Socket): Promise<void> {
    const resumption = resumptionOf(socket);
    if (!resumption) return;
    let cursor = resumption.after.get(this.#name.toWellFormed());
    if (!cursor) {
      this.#begin(socket, positionText);
      return;
    }
    while (this.#behind.has(socket)) {
      const before = this.#head as LogPosition;
      if (isSamePlace(cursor, before)) {
        this.#behind.delete(socket);
        return;
      }
      const page = await this.#log.read(this.#topic, cursor, PAGE);
      if (!page) {
        this.#begin(socket, resetText);
        return;
      }
      for (const entry of page) await this.#replay(socket, entry, resumption);
      cursor = page.at(-1) ?? cursor;
      const head = this.#head as LogPosition;
      if (page.length === PAGE || !hasReadAll(cursor, before, head)) continue;
      if (this.#behind.delete(socket) && !isSamePlace(head, cursor)) this.#ahead.set(socket, cursor);
    }
  }

  /** Messages come from here on. */
  #begin(socket: Socket, text: (head: LogPosition, room: string) => string): void {
    // It may have left meanwhile.
    if (!this.#behind.delete(socket)) return;
    void socket.sendText(text(this.#head as LogPosition, this.#name));
  }

  async #replay(socket: Socket, entry: LogEntry, { client }: Resumption): Promise<void> {
    const envelope = readEnvelope(entry.text);
    if (typeof envelope?.data !== 'string' || envelope.except === client) return;
    if (this.#behind.has(socket)) await socket.sendText(markedText(entry, this.#name, envelope.data));
  }

  #onEntry(entry: LogEntry): void {
    this.#head = entry;
    const envelope = readEnvelope(entry.text);
    if (typeof envelope?.data !== 'string') return;
    const { data, except } = envelope;
    let [plain, marked]: (OutgoingMessage | undefined)[] = [];
    for (const socket of this.#members) {
      if (this.#behind.has(socket) || this.#hasRead(socket, entry)) continue;
      if (except !== undefined && exceptionOf(socket) === except) continue;
      if (!resumptionOf(socket)) {
        socket.post((plain ??= new OutgoingMessage(data)));
        continue;
      }
      marked ??= new OutgoingMessage(markedText(entry, this.#name, data));
      // A message that is dropped (`slow`) would be missing for good. A client that comes back gets it.
      if (!socket.post(marked) && socket.isOpen) socket.terminate();
    }
  }

  #hasRead(socket: Socket, { epoch, number }: LogEntry): boolean {
    const read = this.#ahead.get(socket);
    if (!read) return false;
    if (read.epoch === epoch && number <= read.number) return true;
    this.#ahead.delete(socket);
    return false;
  }

  #onBreak(position: LogPosition): void {
    this.#head = position;
    this.#ahead.clear();
    for (const socket of this.#members) {
      if (!resumptionOf(socket)) continue;
      // Those that read the log have nothing more to read.
      this.#behind.delete(socket);
      void socket.sendText(resetText(position, this.#name));
    }
  }
}
