import { Readable } from 'node:stream';

import { RequestAbortedError } from '@blaizejs/context/internal';
import type { Exchange } from '@blaizejs/types/internal';

/** Why the rest of a body does not come. */
export function answeredFirst(): Error {
  return new RequestAbortedError(undefined, 'The request was answered before its body was read.');
}

/** What whoever asks for a body too late gets. */
export function goneBody(): Readable {
  // Whoever only looks at it must not end the process.
  return new Readable().on('error', ignore).destroy(answeredFirst());
}

/**
 * Whether anybody still reads a body that was asked for.
 *
 * @param moves whether it flows, which tells of whoever reads it without saying so
 */
export function isRead({ bodyUse }: Exchange, moves: boolean): boolean {
  return bodyUse ? bodyUse.active : moves;
}

function ignore(): void {}
