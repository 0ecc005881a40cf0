/** Milliseconds between two checks of a time limit: a tenth of it, but no more than makes it a second late. */
export function lookInterval(milliseconds: number): number {
  return Math.min(400, Math.max(10, milliseconds / 10));
}

/** One item that is being watched. */
export class Deadline<T> {
  readonly item: T;
  /** The time of the last check before it began. */
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
 * Finds items that exceed a time limit. All items share one timer, which runs only while there are any. That costs a tenth
 * of a timer per item, and reports each up to a fifth of the limit late, but less than a second.
 *
 * This is a linked list and not a Map: each table that V8 allocates for a Map refers to its successor and its old entries,
 * so one dead table in the old generation keeps all later ones from being collected young. For a POST over HTTP/2, that
 * promoted a third of the garbage.
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
   * @param milliseconds the limit; 0 for none
   * @param onLate returns whether to give the item the same time again
   */
  constructor(milliseconds: number, onLate: (item: T) => boolean) {
    this.#milliseconds = milliseconds;
    this.#interval = lookInterval(milliseconds);
    this.#onLate = onLate;
  }

  /** Whether nothing is being watched. */
  get empty(): boolean {
    return this.#oldest === undefined;
  }

  /** @returns the deadline, to be deleted when the item is done; undefined if there is no limit */
  add(item: T): Deadline<T> | undefined {
    if (this.#milliseconds === 0) return undefined;
    if (!this.#timer) this.#start();
    const deadline = new Deadline(item, this);
    this.#append(deadline);
    return deadline;
  }

  /** Does nothing if the deadline has passed or was deleted already. */
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
    // Where timers are numbers, it ends by itself soon after the last item.
    (this.#timer as Partial<NodeJS.Timeout>).unref?.();
  }

  #look(): void {
    this.#lastLook = performance.now();
    // It began up to one interval after the check that it recorded.
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
