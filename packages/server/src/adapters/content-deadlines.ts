import type { Limits } from '@blaizejs/types';

import { Deadlines } from '@blaizejs/app/internal';

// How many durations to keep before the unused ones are removed.
const SPARE = 32;

// How often to check a two-way stream before it ends for being idle.
const LOOKS = 4;

/** An exchange with a time limit for its content. */
export interface Receiving {
  /** Its entry in a list of {@link ContentDeadlines}, which maintains it. */
  deadline: { end(): void } | undefined;
  /** Whether some content has yet to arrive. */
  readonly receiving: boolean;
  readonly responded: boolean;
  /** Whether its answer has begun but not ended. */
  readonly answering: boolean;
  /** Changes whenever bytes move, in either direction. */
  movement(): string;
}

/** Called for a late exchange, with its limit in milliseconds. Returns whether to give it the same time again. */
type OnLate<T> = (exchange: T, milliseconds: number) => boolean;

/** A two-way stream, and the time since which nothing has moved on it. */
interface TwoWay<T> {
  readonly exchange: T;
  movement: string;
  since: number;
}

/**
 * Finds content that takes too long, and two-way streams on which nothing moves. A two-way stream is a request whose answer
 * begins while its content is still arriving. It may last as long as it is not idle.
 */
export class ContentDeadlines<T extends Receiving> {
  readonly #onLate: OnLate<T>;
  readonly #onIdle: (exchange: T) => void;
  readonly #default: Deadlines<T>;
  /** For requests with their own limit, by milliseconds. */
  readonly #own = new Map<number, Deadlines<T>>();
  readonly #patience: number;
  readonly #twoWay: Deadlines<TwoWay<T>>;

  constructor(limits: Limits, onLate: OnLate<T>, onIdle: (exchange: T) => void) {
    this.#onLate = onLate;
    this.#onIdle = onIdle;
    this.#default = this.#listOf(limits.requestTimeout);
    this.#patience = limits.keepAliveTimeout;
    this.#twoWay = new Deadlines(Math.ceil(this.#patience / LOOKS), (entry) => this.#look(entry));
  }

  /** Gives an exchange the time that `requestTimeout` allows. */
  add(exchange: T): void {
    exchange.deadline = this.#default.add(exchange);
  }

  /** Gives an exchange its own time limit, from now on. With 0 it has none, but an idle two-way stream still ends. */
  limit(exchange: T, milliseconds: number): void {
    if (milliseconds === 0) return this.watch(exchange);
    this.delete(exchange);
    let list = this.#own.get(milliseconds);
    if (!list) {
      this.#forgetUnused();
      this.#own.set(milliseconds, (list = this.#listOf(milliseconds)));
    }
    exchange.deadline = list.add(exchange);
  }

  /** Lets an exchange last as long as something moves on it. */
  watch(exchange: T): void {
    this.delete(exchange);
    const entry = { exchange, movement: exchange.movement(), since: performance.now() };
    exchange.deadline = this.#twoWay.add(entry);
  }

  delete(exchange: T): void {
    exchange.deadline?.end();
    exchange.deadline = undefined;
  }

  #listOf(milliseconds: number): Deadlines<T> {
    return new Deadlines<T>(milliseconds, (exchange) => {
      if (!exchange.receiving) return false;
      if (!exchange.answering) return this.#onLate(exchange, milliseconds);
      this.watch(exchange);
      return false;
    });
  }

  #look(entry: TwoWay<T>): boolean {
    const { exchange } = entry;
    if (!exchange.receiving) return false;
    if (exchange.responded && !exchange.answering) {
      // Only content that nobody needs is left.
      this.add(exchange);
      return false;
    }
    const movement = exchange.movement();
    const now = performance.now();
    // Until the answer begins, there is no limit.
    if (movement !== entry.movement || !exchange.responded) {
      entry.movement = movement;
      entry.since = now;
      return true;
    }
    if (now - entry.since < this.#patience) return true;
    this.#onIdle(exchange);
    return false;
  }

  /** Applications may compute durations, so there could be any number of them. */
  #forgetUnused(): void {
    if (this.#own.size < SPARE) return;
    for (const [milliseconds, list] of this.#own) if (list.empty) this.#own.delete(milliseconds);
  }
}
