/** More are not remembered one by one. */
const MOST = 10_000;

/** Remembers what was removed, so that an answer that was begun before that is not stored after it. */
export class Purges {
  #count = 0;
  readonly #last = new Map<string, number>();
  /** Whatever began before this one counts as removed. */
  #forgotten = 0;

  /** What to pass to {@link Purges.since}. */
  get now(): number {
    return this.#count;
  }

  add(mark: string): void {
    this.#count += 1;
    this.#last.delete(mark);
    this.#last.set(mark, this.#count);
    if (this.#last.size <= MOST) return;
    for (const [oldest, at] of this.#last) {
      this.#last.delete(oldest);
      this.#forgotten = at;
      break;
    }
  }

  /** Whether any of the marks was removed since `began`. */
  since(began: number, marks: readonly string[]): boolean {
    if (began === this.#count) return false;
    return began < this.#forgotten || marks.some((mark) => (this.#last.get(mark) ?? 0) > began);
  }
}
