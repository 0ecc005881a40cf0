/** Milliseconds between two looks at what may take so long: a tenth of that, within reason. */
export function lookInterval(milliseconds: number): number {
  return Math.min(1000, Math.max(10, milliseconds / 10));
}

/** One thing that is under way. */
export class Deadline<T> {
  readonly item: T;
  /** The last look before it began. */
  begun = 0;
  before: Deadline<T> | undefined;
  after: Deadline<T> | undefined;
  readonly #list: Deadlines<T>;

  constructor(item: T, list: Deadlines<T>) {
    this.item = item;
    this.#list = list;
  }

  /** As {@link Deadlines.delete}. */
  end(): void {
    this.#list.delete(this);
  }
}

/**
 * Finds what takes longer than it may. All items share one timer, which runs only while there are any: that costs a
 * tenth of a timer for each, and finds the late ones up to a fifth of the time late.
 *
 * A list that lets go of what has ended, and no Map: each table that V8 makes for a Map knows its successor and what was
 * in it, so that one dead table in the old generation keeps all later ones from being collected young. A POST over
 * HTTP/2 had a third of its garbage promoted by that.
 */
export class Deadlines<T> {
  readonly #milliseconds: number;
  readonly #onLate: (item: T) => boolean;
  readonly #interval: number;
  #oldest: Deadline<T> | undefined;
  #newest: Deadline<T> | undefined;
  #lastLook = 0;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param milliseconds 0: never
   * @param onLate says whether the item gets as long again
   */
  constructor(milliseconds: number, onLate: (item: T) => boolean) {
    this.#milliseconds = milliseconds;
    this.#interval = lookInterval(milliseconds);
    this.#onLate = onLate;
  }

  /** Whether nothing is under way. */
  get empty(): boolean {
    return this.#oldest === undefined;
  }

  /** @returns what ends it; undefined where nothing is ever late */
  add(item: T): Deadline<T> | undefined {
    if (this.#milliseconds === 0) return undefined;
    if (!this.#timer) this.#start();
    const deadline = new Deadline(item, this);
    this.#append(deadline);
    return deadline;
  }

  /** Does nothing to one that was late, or has ended before. */
  delete(deadline: Deadline<T> | undefined): void {
    if (!deadline) return;
    const { before, after } = deadline;
    if (before) before.after = after;
    else if (this.#oldest === deadline) this.#oldest = after;
    if (after) after.before = before;
    else if (this.#newest === deadline) this.#newest = before;
    deadline.before = deadline.after = undefined;
  }

  #append(deadline: Deadline<T>): void {
    deadline.begun = this.#lastLook;
    deadline.before = this.#newest;
    if (this.#newest) this.#newest.after = deadline;
    else this.#oldest = deadline;
    this.#newest = deadline;
  }

  #start(): void {
    this.#lastLook = performance.now();
    this.#timer = setInterval(() => this.#look(), this.#interval);
    this.#timer.unref();
  }

  #look(): void {
    this.#lastLook = performance.now();
    // It began up to an interval after the look that it knows of.
    const late = this.#lastLook - this.#milliseconds - this.#interval;
    for (let oldest = this.#oldest; oldest && oldest.begun <= late; oldest = this.#oldest) {
      this.delete(oldest);
      if (this.#onLate(oldest.item)) this.#append(oldest);
    }
    if (this.#oldest) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
