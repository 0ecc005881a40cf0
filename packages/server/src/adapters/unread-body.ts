import { Readable } from 'node:stream';

import { RequestAbortedError } from '@blaizejs/context/internal';
import type { Exchange } from '@blaizejs/types/internal';

/** Why the rest of a body will not arrive. */
export function answeredFirst(): Error {
  return new RequestAbortedError(undefined, 'The request was answered before its body was read.');
}

/** The body that a handler gets if it asks too late. */
export function goneBody(): Readable {
  // Without a listener, the error would end the process.
  return new Readable().on('error', ignore).destroy(answeredFirst());
}

/**
 * Whether a requested body is still being read.
 *
 * @param moves whether the stream flows, which shows that it is read through `raw`
 */
export function isRead({ bodyUse }: Exchange, moves: boolean): boolean {
  return bodyUse ? bodyUse.active : moves;
}

function ignore(): void {}
