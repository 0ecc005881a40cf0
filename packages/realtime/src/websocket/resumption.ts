import type { LogPosition } from '@blaizejs/types';

import { toId, toPosition } from '../position.ts';

/**
 * What lets a client continue in rooms with a log. It adds `resume` to its URL: a random name that it keeps, and the last id of each
 * room. Messages then come with an id, as texts that are no JSON:
 *
 * ```text
 * ?resume=<name>,<id>@<room>,<id>@<room>
 *
 * #<id>@<room> {"text":"hello"}   a message, and its id
 * #<id>@<room>                    where the room is now: the client has just joined it
 * #!<id>@<room>                   messages of the room are lost; the next ones come after this id
 * ```
 */
export interface Resumption {
  /** Of the client, over all of its connections. */
  readonly client: string;
  /** What it has of each room. */
  readonly after: ReadonlyMap<string, LogPosition>;
}

/** The parameter of the URL. */
export const RESUME = 'resume';

const CLIENT = /^[\w-]{8,64}$/;
const MAX_ROOMS = 50;

/** @returns undefined if a client does not want to resume, or asks for it in a way that no client of ours does */
export function readResumption(text: string | null): Resumption | undefined {
  if (text === null || text.length > 8192) return undefined;
  const [client = '', ...entries] = text.split(',', MAX_ROOMS + 1);
  if (!CLIENT.test(client)) return undefined;
  const after = new Map<string, LogPosition>();
  for (const entry of entries) {
    const [id = '', room] = entry.split('@', 2);
    const position = toPosition(id);
    const name = room === undefined ? undefined : decode(room);
    if (position && name !== undefined) after.set(name, position);
  }
  return { client, after };
}

function decode(room: string): string | undefined {
  try {
    return decodeURIComponent(room);
  } catch {
    return undefined;
  }
}

/** A message of a room, with its id. */
export function markedText(position: LogPosition, room: string, json: string): string {
  return `#${place(position, room)} ${json}`;
}

/** Where a room is. */
export function positionText(position: LogPosition, room: string): string {
  return `#${place(position, room)}`;
}

/** Messages of a room are lost. */
export function resetText(position: LogPosition, room: string): string {
  return `#!${place(position, room)}`;
}

function place(position: LogPosition, room: string): string {
  return `${toId(position)}@${encodeURIComponent(room.toWellFormed())}`;
}
