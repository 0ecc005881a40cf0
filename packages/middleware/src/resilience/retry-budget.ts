/** Retries that are saved up and not spent, at most. */
const MOST = 10;

/** Allows retries in proportion to calls, so that a server that is overloaded does not get several times the calls. */
export class RetryBudget {
  #saved = MOST;
  readonly #perCall: number;

  /** @param perHundred retries for each hundred calls */
  constructor(perHundred: number) {
    this.#perCall = perHundred / 100;
  }

  /** A first attempt is made. */
  earn(): void {
    this.#saved = Math.min(MOST, this.#saved + this.#perCall);
  }

  /** @returns whether one may be made */
  spend(): boolean {
    if (this.#saved < 1) return false;
    this.#saved -= 1;
    return true;
  }
}
