import { ServiceUnavailableError } from '@blaizejs/errors';

export interface OpenSocket {
  /** Looks whether the client is still there, and asks it. */
  beat(): void;
  /** The server is about to stop. */
  goAway(): void;
}

/** Sockets that are pinged together. */
export type Group = Set<OpenSocket>;

// Pings of many sockets do not all leave at once.
const GROUPS = 8;

/**
 * The open sockets of a route on one server. Pings them, one group after the other, and closes them when the server stops. There
 * is one timer for all of them, and each is in one list only.
 */
export class OpenSockets {
  readonly #interval: number;
  readonly #groups: readonly Group[] = Array.from({ length: GROUPS }, () => new Set());
  #timer: NodeJS.Timeout | undefined;
  #size = 0;
  #turn = 0;

  /**
   * @param interval milliseconds between two pings; 0 for no pings
   * @param draining aborts when the server is about to stop; undefined if no server has opened the sockets
   */
  constructor(interval: number, draining: AbortSignal | undefined) {
    this.#interval = interval;
    // One listener, however many sockets there are.
    draining?.addEventListener('abort', () => {
      for (const group of this.#groups) for (const socket of group) socket.goAway();
    });
  }

  /** @returns the group that it is in */
  add(socket: OpenSocket): Group {
    // The group whose turn is furthest away: the first ping comes after a whole interval.
    const group = this.#groups[(this.#turn + GROUPS - 1) % GROUPS] as Group;
    group.add(socket);
    this.#size += 1;
    if (this.#interval > 0) {
      this.#timer ??= setInterval(() => this.#beat(), Math.max(1, this.#interval / GROUPS)).unref();
    }
    return group;
  }

  delete(socket: OpenSocket, group: Group): void {
    if (!group.delete(socket)) return;
    this.#size -= 1;
    if (this.#size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    const group = this.#groups[this.#turn] as Group;
    this.#turn = (this.#turn + 1) % GROUPS;
    for (const socket of group) socket.beat();
  }
}

/** @returns finds the open sockets of a route by what aborts when their server is about to stop */
export function openSocketsOf(interval: number): (draining: AbortSignal | undefined) => OpenSockets {
  const served = new WeakMap<AbortSignal, OpenSockets>();
  const others = new OpenSockets(interval, undefined);
  return (draining) => {
    if (!draining) return others;
    let open = served.get(draining);
    if (!open) served.set(draining, (open = new OpenSockets(interval, draining)));
    return open;
  };
}

/** @throws ServiceUnavailableError (503) if the server is about to stop */
export function assertServing(draining: AbortSignal | undefined): void {
  if (!draining?.aborted) return;
  throw new ServiceUnavailableError('The server is about to stop: connect again.', {
    headers: { 'retry-after': '1' },
    expose: true,
  });
}
