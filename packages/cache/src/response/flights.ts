import type { Entry } from './entry.ts';

/**
 * How the request ended for which others wait: with an answer that they may get as well; so that each has to run the handler; or so
 * that one of them has to try again, because its client has left.
 */
export type Landing = { readonly entry: Entry; readonly isStale?: boolean } | 'run' | 'again';

/** A request for which others wait. */
export class Flight {
  readonly key: string;
  readonly path: string;
  readonly url: string;
  waiters = 0;
  #landing: Landing | undefined;
  #listeners: ((landing: Landing) => void)[] = [];
  #timer: NodeJS.Timeout | undefined;

  constructor(key: string, { url, path }: { readonly url: string; readonly path: string }) {
    this.key = key;
    this.url = url;
    this.path = path;
  }

  get hasLanded(): boolean {
    return this.#landing !== undefined;
  }

  /** Ends the wait. Only the first call counts. */
  land(landing: Landing): void {
    if (this.#landing !== undefined) return;
    this.#landing = landing;
    clearTimeout(this.#timer);
    const listeners = this.#listeners;
    this.#listeners = [];
    for (const listener of listeners) listener(landing);
  }

  /** @param timeout milliseconds, from the first who waits */
  wait(timeout: number, onTimeout: () => void): Promise<Landing> {
    if (this.#landing !== undefined) return Promise.resolve(this.#landing);
    this.#timer ??= setTimeout(onTimeout, timeout);
    this.waiters += 1;
    return new Promise((resolve) => this.#listeners.push(resolve));
  }
}

// Keys whose last answer could not be shared; their requests do not wait for each other.
const MOST_UNSHARED = 10_000;
const UNSHARED_FOR = 10_000;

/** The requests for which others wait, by key. */
export class Flights {
  readonly #flights = new Map<string, Flight>();
  readonly #unshared = new Map<string, number>();

  find(key: string): Flight | undefined {
    return this.#flights.get(key);
  }

  start(key: string, of: { readonly url: string; readonly path: string }): Flight {
    const flight = new Flight(key, of);
    this.#flights.set(key, flight);
    return flight;
  }

  /** Ends the wait, and lets the next request for the key run. */
  end(flight: Flight, landing: Landing): void {
    flight.land(landing);
    this.remove(flight);
  }

  remove(flight: Flight): void {
    if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key);
  }

  /** Nobody joins those that match any more. Who waits already gets their answer: these requests are older than the purge. */
  detach(matches: (flight: Flight) => boolean): void {
    for (const flight of this.#flights.values()) if (matches(flight)) this.#flights.delete(flight.key);
  }

  /** Remembers for a while whether the answers of a key can be shared. */
  setShared(key: string, isShared: boolean): void {
    this.#unshared.delete(key);
    if (isShared) return;
    this.#unshared.set(key, performance.now() + UNSHARED_FOR);
    if (this.#unshared.size <= MOST_UNSHARED) return;
    for (const oldest of this.#unshared.keys()) {
      this.#unshared.delete(oldest);
      break;
    }
  }

  isUnshared(key: string): boolean {
    const until = this.#unshared.get(key);
    if (until === undefined) return false;
    if (until > performance.now()) return true;
    this.#unshared.delete(key);
    return false;
  }
}
