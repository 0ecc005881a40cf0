import { Readable } from 'node:stream';

import { RequestAbortedError } from '@blaizejs/context/internal';
import type { Exchange } from '@blaizejs/types/internal';

/** Why the rest of a body will not arrive. */
export function answeredFirst(): Error {
  return new RequestAbortedError(undefined, 'The request was answered before its body was read.');
}

/** The body for a handler that asks for it too late. */
export function goneBody(): Readable {
  // Without a listener, the error would end the process if the body is not read.
  return new Readable().on('error', ignore).destroy(answeredFirst());
}

/**
 * Whether a body that was asked for is still being read.
 *
 * @param moves whether it flows, which shows that it is read by way of `raw`
 */
export function isRead({ bodyUse }: Exchange, moves: boolean): boolean {
  return bodyUse ? bodyUse.active : moves;
}

function ignore(): void {}
