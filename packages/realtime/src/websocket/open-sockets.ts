import { ServiceUnavailableError } from '@blaizejs/errors';

export interface Stoppable {
  /** The server is about to stop. */
  goAway(): void;
}

const bySignal = new WeakMap<AbortSignal, Set<Stoppable>>();

/**
 * Keeps a socket in the list of those that are closed when their server stops.
 *
 * @param draining aborts then
 * @returns the list; undefined if no server has opened it
 */
export function listOpen(draining: AbortSignal | undefined, socket: Stoppable): Set<Stoppable> | undefined {
  if (!draining) return undefined;
  let open = bySignal.get(draining);
  if (!open) {
    const all = (open = new Set<Stoppable>());
    bySignal.set(draining, all);
    // One listener, however many sockets there are.
    draining.addEventListener('abort', () => {
      for (const each of all) each.goAway();
    });
  }
  return open.add(socket);
}

/** @throws ServiceUnavailableError (503) if the server is about to stop */
export function assertServing(draining: AbortSignal | undefined): void {
  if (!draining?.aborted) return;
  throw new ServiceUnavailableError('The server is about to stop: connect again.', {
    headers: { 'retry-after': '1' },
    expose: true,
  });
}
