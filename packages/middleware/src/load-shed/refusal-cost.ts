/** Milliseconds that refusing a request takes at the most, as an estimate: what takes longer was something else. */
const MOST = 5;
const LEAST = 0.01;

/**
 * How much time refusals take. Most of it is not ours to measure: to decrypt and parse a request, and to write the answer.
 * But requests that a client sends while the event loop is busy are read in one go, so it is the time from one refusal to the
 * request after it. As the loop may also have waited or run a handler in between, the lower quarter of these times counts.
 */
export class RefusalCost {
  #each = 0.1;
  #count = 0;
  #last: number | undefined;

  /** A request is here. */
  arrived(now: number): void {
    if (this.#last === undefined) return;
    const isLonger = now - this.#last > this.#each;
    // In balance, three of four are longer.
    this.#each = Math.min(Math.max(this.#each * (isLonger ? 1.01 : 0.97), LEAST), MOST);
    this.#last = undefined;
  }

  /** It is refused. */
  refused(now: number): void {
    this.#last = now;
    this.#count += 1;
  }

  /** Milliseconds that refusals took since the last {@link RefusalCost.take}. */
  get spent(): number {
    return this.#count * this.#each;
  }

  /** @returns milliseconds that refusals took since the last call */
  take(): number {
    const { spent } = this;
    this.#count = 0;
    return spent;
  }
}
