interface Beating {
  beat(): void;
}

/** Connections that are pinged together. */
export type Group = Set<Beating>;

// Pings of many connections do not all leave at once.
const GROUPS = 8;

/** Pings connections, one group after the other. There is one timer for all connections with the same interval. */
export class Heartbeat {
  readonly #interval: number;
  readonly #groups: readonly Group[] = Array.from({ length: GROUPS }, () => new Set());
  #timer: NodeJS.Timeout | undefined;
  #size = 0;
  #turn = 0;

  /** @param interval milliseconds; 0 for no pings */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /** @returns the group that it is in; undefined if there are no pings */
  add(connection: Beating): Group | undefined {
    if (this.#interval === 0) return undefined;
    // The group whose turn is furthest away: the first ping comes after a whole interval.
    const group = this.#groups[(this.#turn + GROUPS - 1) % GROUPS] as Group;
    group.add(connection);
    this.#size += 1;
    this.#timer ??= setInterval(() => this.#beat(), Math.max(1, this.#interval / GROUPS)).unref();
    return group;
  }

  delete(connection: Beating, group: Group | undefined): void {
    if (!group?.delete(connection)) return;
    this.#size -= 1;
    if (this.#size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #beat(): void {
    const group = this.#groups[this.#turn] as Group;
    this.#turn = (this.#turn + 1) % GROUPS;
    for (const connection of group) connection.beat();
  }
}
