import { isObject } from '@blaizejs/errors/internal';
import type { KeyValueStore } from '@blaizejs/types';

import type { Deadline } from './deadline.ts';

/** How a session has ended. It is kept for requests that come, or are saved, after that. */
export interface End {
  readonly id: string;
  /** When, by {@link preciseNow}. */
  readonly at: number;
  /** Whether it has another id now. */
  readonly replaced?: boolean | undefined;
}

/** Milliseconds for which requests are expected that were sent before the client knew of the end. */
export const OVERLAP_MS = 60_000;

/** Milliseconds since 1970, with fractions. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

export function encodeEnd({ at, replaced }: Omit<End, 'id'>): Uint8Array {
  return Buffer.from(JSON.stringify({ at, replaced }));
}

/** Reads an end. Whatever else is there is one too, long ago. */
export function decodeEnd(id: string, bytes: Uint8Array): End {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (isObject(value) && typeof value.at === 'number') {
      return { id, at: value.at, replaced: value.replaced === true };
    }
  } catch {
    // As below.
  }
  return { id, at: 0 };
}

/** Whether its client may have a newer cookie by now, or will have it soon. */
export function isOvertaken({ at, replaced }: End): boolean {
  return replaced === true && Math.abs(preciseNow() - at) < OVERLAP_MS;
}

/**
 * Settles who came first if one request ends a session while another gives it a new id, in whatever process. Each writes what it
 * does, and only then reads what the other does: so at least one of them sees the other, and ends the new one too.
 */
export class Handover {
  readonly #store: KeyValueStore;

  constructor(store: KeyValueStore) {
    this.#store = store;
  }

  /** @returns whether the session was ended at the same time */
  async replace(id: string, next: string, deadline: Deadline): Promise<boolean> {
    await deadline.wait(() => this.#store.set(nextOf(id), Buffer.from(next), { ttl: OVERLAP_MS }));
    return Boolean(await deadline.wait(() => this.#store.get(outOf(id))));
  }

  /** Before a session is ended. */
  async announce(id: string, deadline: Deadline): Promise<void> {
    await deadline.wait(() => this.#store.set(outOf(id), Buffer.from('out'), { ttl: OVERLAP_MS }));
  }

  /** @returns the id that it has got, if any */
  async nextOf(id: string, deadline: Deadline): Promise<string | undefined> {
    const next = await deadline.wait(() => this.#store.get(nextOf(id)));
    return next && Buffer.from(next).toString();
  }
}

function nextOf(id: string): string {
  return `session:${id}:next`;
}

function outOf(id: string): string {
  return `session:${id}:out`;
}
