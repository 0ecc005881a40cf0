import { Readable } from 'node:stream';

import type { Context } from '@blaizejs/types';
import type { Exchange } from '@blaizejs/types/internal';

import { RequestAbortedError } from './read-body.ts';
import { takeSnapshot } from './storage.ts';

/**
 * The body of a request as a separate stream. Destroying it, as leaving a loop does, does not affect the response, which is
 * the same object as the request over HTTP/2. Its events are emitted in the asynchronous context of the request; Node
 * would emit them in that of the connection.
 */
export function bodyStream(exchange: Exchange, ctx: Context): Readable {
  if (!exchange.hasBody) return Readable.from([]);
  const source = exchange.body();
  const snapshot = takeSnapshot(ctx);
  const within =
    <A extends unknown[]>(fn: (...args: A) => void) =>
    (...args: A) =>
      snapshot(fn, ...args);
  const onData = within((chunk: Buffer) => {
    if (!view.push(chunk)) source.pause();
  });
  const onEnd = within(() => {
    if (exchange.aborted) return onBroken();
    stop();
    view.push(null);
  });
  const onBroken = within((error?: Error) => void view.destroy(RequestAbortedError.from(error)));
  const stop = (): void => {
    source.off('data', onData).off('end', onEnd).off('error', onBroken).off('close', onBroken);
    source.on('error', () => undefined);
  };
  const view = new Readable({
    read: () => void source.resume(),
    destroy: (error, callback) => {
      stop();
      source.pause();
      callback(error);
    },
  });
  // A client that leaves must not end the process if the reader has no `error` listener.
  view.on('error', () => undefined);
  source.on('data', onData).on('end', onEnd).on('error', onBroken).on('close', onBroken);
  source.pause();
  exchange.bodyUse = {
    get active() {
      return !view.destroyed && view.listenerCount('data') + view.listenerCount('readable') > 0;
    },
    drop: onBroken,
  };
  if (source.readableEnded) onEnd();
  else if (source.destroyed) onBroken(source.errored ?? undefined);
  return view;
}
