import { logLine } from '@blaizejs/context/internal';

import type { Socket } from './socket.ts';

// Milliseconds.
const PATIENCE = 10_000;

/** The routes of which a socket is being watched, and those that were warned of. */
const known = new WeakSet<object>();

/**
 * Warns once for each route whose `open` listener does not end: nothing else shows why its sockets read no messages. It watches
 * one socket of a route at a time.
 *
 * @param route what all sockets of a route share
 */
export function warnIfLate(route: object, socket: Socket, opened: Promise<void>): void {
  if (known.has(route)) return;
  known.add(route);
  const { ctx } = socket;
  let isWatching = true;
  const stop = (): void => {
    clearTimeout(timer);
    if (isWatching) known.delete(route);
    isWatching = false;
  };
  const timer = setTimeout(() => {
    // Nobody waits any more.
    if (!socket.isOpen) return stop();
    isWatching = false;
    logLine(
      () => ctx.log,
      'warn',
      `The open listener of the WebSocket ${ctx.route?.pattern ?? ''} has not ended after ${PATIENCE / 1000} s, and no message is ` +
        'read before it has. What lasts as long as the socket, such as a loop over `presence.watch()`, belongs in a function that ' +
        'it calls and does not await.',
    );
  }, PATIENCE).unref();
  void opened.then(stop);
}
