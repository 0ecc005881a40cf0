import type { Readable } from 'node:stream';

import { BlaizeError } from '@blaizejs/errors';

/**
 * Turns a stream of bytes into a Web stream, which reads nothing ahead, and destroys the source when it is cancelled. Not
 * `Readable.toWeb()`: if the reader cancels while Node (20 to 26) still has a chunk, that is an uncaught exception.
 */
export function toWebStream(source: Readable): ReadableStream<Uint8Array> {
  let isFlowing = false;
  let isOver = false;
  const end = (how: () => void): void => {
    if (isOver) return;
    isOver = true;
    how();
  };
  return new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        const fail = (): void => end(() => controller.error(source.errored ?? closed()));
        source
          .on('end', () => end(() => controller.close()))
          .on('error', fail)
          .on('close', fail);
        if (source.destroyed) fail();
      },
      pull: (controller) => {
        // Adding a listener starts the flow.
        if (!isFlowing) source.on('data', (chunk: Uint8Array) => take(controller, chunk));
        isFlowing = true;
        source.resume();
      },
      cancel: () => end(() => source.destroy()),
    },
    { highWaterMark: 0 },
  );

  function take(controller: ReadableStreamDefaultController<Uint8Array>, chunk: Uint8Array): void {
    if (isOver) return;
    // A copy: the reader may transfer the buffer, and with it others in the same pool.
    controller.enqueue(new Uint8Array(chunk));
    source.pause();
  }
}

function closed(): BlaizeError {
  return new BlaizeError('ERR_BLAIZE_STREAM_CLOSED', 'A stream was destroyed before its end.');
}
