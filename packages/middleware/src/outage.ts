/** Milliseconds for which a store is left alone when it has failed; twice as long each time that it fails again. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1_000;

/** What a call of a store is: one of many, or the one that finds out whether the store is back. */
export type Turn = 'usual' | 'trial';

/**
 * Knows whether a store is away, and who finds out whether it is back: one call at a time, soon at first, then once a second. All
 * others leave the store alone meanwhile.
 */
export class Outage {
  readonly #now: () => number;
  /** 0 while the store works. */
  #pause = 0;
  #retryAt = 0;

  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Before a call; undefined if there must be none. */
  begin(): Turn | undefined {
    if (this.#pause === 0) return 'usual';
    if (this.#now() < this.#retryAt) return undefined;
    this.#retryAt = Infinity;
    return 'trial';
  }

  /** After a call that failed. @returns whether this was not known yet */
  fail(turn: Turn): boolean {
    const isNew = this.#pause === 0;
    // It was under way when another one found that the store is away.
    if (!isNew && turn === 'usual') return false;
    this.#pause = Math.min(Math.max(this.#pause * 2, FIRST_PAUSE), LONGEST_PAUSE);
    this.#retryAt = this.#now() + this.#pause;
    return isNew;
  }

  /** After a call that succeeded. @returns whether the store was away until now */
  succeed(turn: Turn): boolean {
    if (turn === 'usual') return false;
    this.#pause = 0;
    return true;
  }
}

/**
 * Calls when the time for an answer is up.
 *
 * If this process was busy for that long, the answer may be here already: a second timer lets it come first.
 *
 * @returns stops it
 */
export function afterTime(milliseconds: number, giveUp: () => void): () => void {
  let timer = setTimeout(() => (timer = setTimeout(giveUp)), milliseconds);
  return () => {
    clearTimeout(timer);
  };
}
