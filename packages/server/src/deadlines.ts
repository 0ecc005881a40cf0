/** Milliseconds between two looks at what may take so long: a tenth of that, within reason. */
export function lookInterval(milliseconds: number): number {
  return Math.min(1000, Math.max(10, milliseconds / 10));
}

/**
 * Finds what takes longer than it may. All items share one timer, which runs only while there are any: that costs a
 * tenth of a timer for each, and finds the late ones up to a fifth of the time late.
 */
export class Deadlines<T> {
  readonly #milliseconds: number;
  readonly #onLate: (item: T) => void;
  readonly #interval: number;
  /** Each with the last look before it began, the oldest first. */
  readonly #begun = new Map<T, number>();
  #lastLook = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param milliseconds 0: never */
  constructor(milliseconds: number, onLate: (item: T) => void) {
    this.#milliseconds = milliseconds;
    this.#interval = lookInterval(milliseconds);
    this.#onLate = onLate;
  }

  add(item: T): void {
    if (this.#milliseconds === 0) return;
    if (!this.#timer) this.#start();
    this.#begun.set(item, this.#lastLook);
  }

  delete(item: T): void {
    this.#begun.delete(item);
  }

  #start(): void {
    this.#lastLook = performance.now();
    this.#timer = setInterval(() => this.#look(), this.#interval);
    this.#timer.unref();
  }

  #look(): void {
    this.#lastLook = performance.now();
    for (const [item, begun] of this.#begun) {
      // It began up to an interval after that look.
      if (this.#lastLook - begun < this.#milliseconds + this.#interval) break;
      this.#begun.delete(item);
      this.#onLate(item);
    }
    if (this.#begun.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
