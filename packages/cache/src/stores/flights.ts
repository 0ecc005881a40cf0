import type { Moment, PurgeLog } from './purge-log.ts';

/** What work for a key comes to. */
export interface Tagged {
  /** With which it would be purged. */
  readonly tags: readonly string[];
}

interface Flight<T> {
  readonly start: Moment;
  readonly landed: Promise<{ readonly value: T; readonly purged: Moment | undefined }>;
}

/**
 * Runs work once for all who ask for the same key at the same time. Who asks after a purge does not get what was found before
 * it: then the work is done again.
 */
export class Flights<T extends Tagged> {
  readonly #log: PurgeLog;
  readonly #flights = new Map<string, Flight<T>>();

  constructor(log: PurgeLog) {
    this.#log = log;
  }

  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /** @param tags those that are known already */
  async run(key: string, tags: readonly string[], work: (start: Moment) => Promise<T>): Promise<T> {
    for (;;) {
      const joined = this.#log.now;
      let flight = this.#flights.get(key);
      if (!flight || this.#log.lastPurge(flight.start, key, tags) !== undefined) {
        flight = this.#begin(key, work);
      }
      const { value, purged } = await flight.landed;
      if (purged === undefined || purged > joined) return value;
    }
  }

  #begin(key: string, work: (start: Moment) => Promise<T>): Flight<T> {
    const { start, end } = this.#log.begin();
    const fly = async (): Promise<{ readonly value: T; readonly purged: Moment | undefined }> => {
      try {
        const value = await work(start);
        return { value, purged: this.#log.lastPurge(start, key, value.tags) };
      } finally {
        end();
        if (this.#flights.get(key) === flight) this.#flights.delete(key);
      }
    };
    const flight: Flight<T> = { start, landed: fly() };
    this.#flights.set(key, flight);
    return flight;
  }
}
