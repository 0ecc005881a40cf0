import type { Limits } from '@blaizejs/types';

import { Deadlines } from '@blaizejs/app/internal';

// Distinct durations that are kept while nothing is limited by them.
const SPARE = 32;

// Looks in the time after which a two-way stream without movement ends.
const LOOKS = 4;

/** An exchange whose content may take only so long. */
export interface Receiving {
  /** Its entry in a list of {@link ContentDeadlines}, which looks after this. */
  deadline: { end(): void } | undefined;
  /** Whether content is still on its way. */
  readonly receiving: boolean;
  readonly responded: boolean;
  /** Whether its answer has begun, and goes on. */
  readonly answering: boolean;
  /** Differs from what it was before if bytes have moved since, in either direction. */
  movement(): string;
}

/** Called for what was late, with its limit in milliseconds; says whether it gets as long again. */
type OnLate<T> = (exchange: T, milliseconds: number) => boolean;

/** A two-way stream, and since when nothing has moved on it. */
interface TwoWay<T> {
  readonly exchange: T;
  movement: string;
  since: number;
}

/**
 * Finds content that takes too long, and two-way streams on which nothing moves. The latter are requests whose answer has
 * begun while their content is still coming: those end by being idle, not by lasting.
 */
export class ContentDeadlines<T extends Receiving> {
  readonly #onLate: OnLate<T>;
  readonly #onIdle: (exchange: T) => void;
  readonly #default: Deadlines<T>;
  /** For requests with a limit of their own, by its milliseconds. */
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

  /** Gives an exchange as long as `requestTimeout` says. */
  add(exchange: T): void {
    exchange.deadline = this.#default.add(exchange);
  }

  /** Gives an exchange its own time, from now on. Without any, it can still end by being an idle two-way stream. */
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

  /** Lets an exchange last as long as something moves. */
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
      // What is left is content that nobody needs.
      this.add(exchange);
      return false;
    }
    const movement = exchange.movement();
    const now = performance.now();
    // One that is not answered yet was given any time until then.
    if (movement !== entry.movement || !exchange.responded) {
      entry.movement = movement;
      entry.since = now;
      return true;
    }
    if (now - entry.since < this.#patience) return true;
    this.#onIdle(exchange);
    return false;
  }

  /** Durations come from applications, which may compute them. */
  #forgetUnused(): void {
    if (this.#own.size < SPARE) return;
    for (const [milliseconds, list] of this.#own) if (list.empty) this.#own.delete(milliseconds);
  }
}
