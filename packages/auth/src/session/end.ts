import { isObject } from '@blaizejs/errors/internal';

/** How a session has ended. It is kept for requests that come, or are saved, after that. */
export interface End {
  readonly id: string;
  /** When, by {@link preciseNow}. */
  readonly at: number;
  /** The id that took its place: to end that too, not to find it. */
  readonly next?: string | undefined;
}

/** Milliseconds for which requests are expected that were sent before the client knew of the end. */
export const OVERLAP_MS = 60_000;

/** Milliseconds since 1970, with fractions. */
export function preciseNow(): number {
  return performance.timeOrigin + performance.now();
}

export function encodeEnd({ at, next }: Omit<End, 'id'>): Uint8Array {
  return Buffer.from(JSON.stringify({ at, next }));
}

/** Reads an end. Whatever else is there is one too, long ago. */
export function decodeEnd(id: string, bytes: Uint8Array): End {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString());
    if (isObject(value) && typeof value.at === 'number') {
      return { id, at: value.at, next: typeof value.next === 'string' ? value.next : undefined };
    }
  } catch {
    // As below.
  }
  return { id, at: 0 };
}

/** Whether its client may have a newer cookie by now, or will have it soon. */
export function isOvertaken({ at, next }: End): boolean {
  return next !== undefined && Math.abs(preciseNow() - at) < OVERLAP_MS;
}
