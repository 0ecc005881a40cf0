/** Milliseconds over which answers are observed before the limit changes. */
const ROUND = 100;
/** Answers that a round needs at least. */
const ENOUGH = 10;
/** How many times longer than usual answers may take. */
const TOLERANCE = 2;
/** Milliseconds that are added to both sides of a comparison: 2 ms instead of 0.2 is no overload. */
const FLOOR = 10;
/** How far one round moves the limit. */
const STEP = 0.2;
/** For how many rounds one counts at the most that took longer, since there were no answers. */
const MOST_ROUNDS = 5;

/** The bounds of an {@link AdaptiveLimit}. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly initial: number;
}

/**
 * How many requests may be handled at once. Where answers take more than twice as long as usual, requests wait for one
 * another, and the limit falls in proportion; else it grows by its square root, as long as it is used. That is the gradient
 * algorithm of Netflix' concurrency-limits and Envoy's adaptive concurrency. Unlike in these, each route has a usual time
 * of its own, so a change in what is asked for does not look like a change in speed.
 */
export class AdaptiveLimit {
  /** Requests that are handled now. */
  inFlight = 0;
  /**
   * How much of the time that refusals may take they do take. From 1, they are what requests wait for, and the limit grows,
   * even if answers are slow.
   */
  refusing = 0;

  #limit: number;
  readonly #bounds: Bounds;
  readonly #usual = new WeakMap<object, { time: number }>();
  #roundBegan = -ROUND;
  #answers = 0;
  /** The sum of what answers took in relation to what is usual. */
  #ratios = 0;
  #peak = 0;

  constructor(bounds: Bounds) {
    this.#bounds = bounds;
    this.#limit = bounds.initial;
  }

  get limit(): number {
    return Math.floor(this.#limit);
  }

  /**
   * @param bound how many may be handled at once, this one included. Default: {@link AdaptiveLimit.limit}
   * @returns whether a request may begin. If so, {@link AdaptiveLimit.end} has to follow
   */
  begin(bound = this.limit): boolean {
    if (this.inFlight >= bound) return false;
    this.inFlight += 1;
    if (this.inFlight > this.#peak) this.#peak = this.inFlight;
    return true;
  }

  /**
   * Ends a request.
   *
   * @param kind what has a usual time: the route
   * @param took milliseconds; undefined if that tells nothing
   * @param now in milliseconds
   */
  end(kind: object, took: number | undefined, now: number): void {
    this.inFlight -= 1;
    if (took === undefined) return;
    this.#answers += 1;
    this.#ratios += this.#compare(kind, took);
    if (this.#answers >= ENOUGH && now - this.#roundBegan >= ROUND) this.#adjust(now);
  }

  /** Compares a time with what is usual, and learns from it. */
  #compare(kind: object, took: number): number {
    const usual = this.#usual.get(kind);
    if (!usual) {
      this.#usual.set(kind, { time: took });
      return 1;
    }
    const ratio = (took + FLOOR) / (usual.time + FLOOR);
    if (took < usual.time) usual.time += (took - usual.time) * 0.2;
    // Under load, a longer time says nothing about what is usual. At the lowest limit it does: it can't get faster.
    else if (!this.#isUsed || this.#limit <= this.#bounds.min) usual.time += (took - usual.time) * 0.02;
    return ratio;
  }

  /** Whether the limit was near. If not, nothing is known about it. */
  get #isUsed(): boolean {
    return this.#peak * 2 >= this.limit;
  }

  #adjust(now: number): void {
    const measured = Math.min(Math.max((TOLERANCE * this.#answers) / this.#ratios, 0.5), 1);
    const gradient = Math.max(measured, Math.min(this.refusing, 2));
    if (gradient < 1 || this.#isUsed) {
      const next = this.#limit * gradient + (measured < 1 ? 0 : Math.sqrt(this.#limit));
      const rounds = Math.min((now - this.#roundBegan) / ROUND, MOST_ROUNDS);
      const moved = this.#limit + (next - this.#limit) * (1 - (1 - STEP) ** rounds);
      this.#limit = Math.min(Math.max(moved, this.#bounds.min), this.#bounds.max);
    }
    this.#roundBegan = now;
    this.#answers = 0;
    this.#ratios = 0;
    this.#peak = this.inFlight;
  }
}
