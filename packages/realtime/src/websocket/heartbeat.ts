interface Beating {
  beat(): void;
}

// Pings of many connections do not all leave at once.
const GROUPS = 8;

/** Pings connections, one group after the other. There is one timer for all connections with the same interval. */
export class Heartbeat {
  readonly #interval: number;
  readonly #groups: readonly Set<Beating>[] = Array.from({ length: GROUPS }, () => new Set<Beating>());
  #timer: NodeJS.Timeout | undefined;
  #size = 0;
  #turn = 0;

  /** @param interval milliseconds; 0 for no pings */
  constructor(interval: number) {
    this.#interval = interval;
  }

  /** @returns removes the connection again */
  add(connection: Beating): () => void {
    if (this.#interval === 0) return () => undefined;
    // The group whose turn is furthest away: the first ping comes after a whole interval.
    const group = this.#groups[(this.#turn + GROUPS - 1) % GROUPS] as Set<Beating>;
    group.add(connection);
    this.#size += 1;
    this.#timer ??= setInterval(() => this.#beat(), Math.max(1, this.#interval / GROUPS)).unref();
    return () => {
      if (!group.delete(connection)) return;
      this.#size -= 1;
      if (this.#size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  #beat(): void {
    const group = this.#groups[this.#turn] as Set<Beating>;
    this.#turn = (this.#turn + 1) % GROUPS;
    for (const connection of group) connection.beat();
  }
}
