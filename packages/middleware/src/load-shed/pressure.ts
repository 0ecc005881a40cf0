import type { Sensors } from './sensors.ts';

/** Milliseconds between two looks at the process. */
const INTERVAL = 50;
/** How much one look counts, and the first late one: a single pause, for garbage say, is no overload. */
const WEIGHT = 0.2;
/** Looks without a request after which the timer stops. */
const IDLE = 20;
/** Memory shrinks only while requests run and garbage is collected, so some are always let through. */
const MOST_FOR_MEMORY = 0.9;
/** The share of the requests that is let through however late the loop is: how else would it be known that it no longer is? */
const LEAST = 0.02;
/** How much the share of requests that are let through may grow with one look. */
const GROW = 1.25;
/** Those with low priority may wait for half as long. */
const FOR_LOW = 0.5;
/** The share of the time above which the event loop has no time left. */
const SATURATED = 0.9;
/** The share of the time that refusals may take, */
const FOR_REFUSALS = 0.2;
/** as long as the loop is not so many times later than it may be. */
const FAR = 5;
/** Milliseconds that the loop may be late where that has no limit; only for how much time refusals may take. */
const USUAL = 200;

/** The bounds of a {@link Pressure}; 0 for none. */
export interface PressureLimits {
  /** Milliseconds. */
  readonly maxEventLoopDelay: number;
  /** A share of the time. */
  readonly maxEventLoopUtilization: number;
  /** A share of V8's limit. */
  readonly maxHeapUsage: number;
  /** Bytes. */
  readonly maxRss: number;
}

/** How the process is, on average of the last looks. */
export interface Load {
  eventLoopDelay: number;
  eventLoopUtilization: number;
  heapUsage: number;
  rss: number;
}

/** What a {@link Pressure} asks and tells whoever refuses. */
export interface Watch {
  /** @returns milliseconds that refusals took since the last call */
  refusing?(): number;
  /** Called at each look. @returns whether to go on looking, even without requests */
  looked?(now: number): boolean;
}

/** What a server can be short of. */
export type Shortage = keyof Load;

/**
 * How busy the process is. It is looked at by a timer, which runs only while there are requests, so that a request costs no
 * more than a comparison.
 *
 * If the event loop is late, the share of requests that are let through shrinks by the root of how far it is above its bound,
 * and grows likewise: that settles, whatever the load, since the delay follows the share. A loop that is busy refusing does
 * not become faster by refusing more, so the bound is up to five times as high, if refusals would else take more than a fifth
 * of the time: the rest is left to requests that are answered.
 */
export class Pressure {
  readonly load: Load = { eventLoopDelay: 0, eventLoopUtilization: 0, heapUsage: 0, rss: 0 };
  /** What is above its bound the most, or nearest to it. */
  shortage: Shortage = 'eventLoopDelay';
  /** How much of the time that refusals may take they do take, if the event loop has no time left; else 0. */
  refusing = 0;

  readonly #limits: PressureLimits;
  readonly #sensors: Sensors;
  readonly #watch: Watch;
  #admitted = 1;
  #admittedLow = 1;
  #refused = 0;
  #refusedEarly = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #lookedAt = 0;
  #wasLate = false;
  #idle = 0;

  constructor(limits: PressureLimits, sensors: Sensors, watch: Watch = {}) {
    this.#limits = limits;
    this.#sensors = sensors;
    this.#watch = watch;
  }

  /**
   * The share of requests to refuse, from 0 to 1. Call it for each request.
   *
   * @param early for requests that are the first to go: they are refused before the bound is reached
   */
  share(early: boolean): number {
    this.#idle = 0;
    if (!this.#timer) this.#start();
    return early ? this.#refusedEarly : this.#refused;
  }

  /**
   * Whether the loop has been late since the last look: many requests were read in one go, and their handlers have taken
   * their time at once.
   *
   * @param refusing milliseconds that refusals took since the last look
   */
  isLate(now: number, refusing: number): boolean {
    const { maxEventLoopDelay } = this.#limits;
    if (maxEventLoopDelay === 0) return false;
    return now - this.#lookedAt - INTERVAL > this.#bound(2 * maxEventLoopDelay, refusing);
  }

  /** @returns `max`, or more if refusals would else take most of the time */
  #bound(max: number, refusing: number): number {
    return Math.max(max, Math.min(refusing / FOR_REFUSALS, this.#far));
  }

  get #far(): number {
    return FAR * (this.#limits.maxEventLoopDelay || USUAL);
  }

  #start(): void {
    this.#lookedAt = this.#sensors.now();
    this.#wasLate = false;
    this.#admitted = this.#admittedLow = 1;
    this.refusing = 0;
    this.load.eventLoopDelay = this.load.eventLoopUtilization = 0;
    this.#sensors.utilization();
    this.#watch.refusing?.();
    const timer: { unref?: () => void } | number = (this.#timer = setInterval(() => this.#look(), INTERVAL));
    // It keeps no process alive. Where timers are numbers, nothing would.
    if (typeof timer === 'object') timer.unref?.();
    this.#judge();
  }

  #look(): void {
    const { load } = this;
    const { maxHeapUsage, maxRss } = this.#limits;
    const now = this.#sensors.now();
    const elapsed = Math.max(now - this.#lookedAt, 1);
    this.#lookedAt = now;
    const late = Math.max(elapsed - INTERVAL, 0);
    // There are fewer looks if the loop is late, so each counts for the time that has passed.
    const weight = 1 - (1 - WEIGHT) ** (elapsed / INTERVAL);
    load.eventLoopDelay +=
      (late - load.eventLoopDelay) * (late > load.eventLoopDelay && !this.#wasLate ? WEIGHT : weight);
    this.#wasLate = late > INTERVAL;
    const utilization = this.#sensors.utilization();
    load.eventLoopUtilization += (utilization - load.eventLoopUtilization) * weight;
    if (maxHeapUsage > 0) load.heapUsage += (this.#sensors.heapUsage() - load.heapUsage) * WEIGHT;
    if (maxRss > 0) load.rss += (this.#sensors.rss() - load.rss) * WEIGHT;
    const spent = this.#watch.refusing?.() ?? 0;
    const refusing = utilization < SATURATED ? 0 : spent;
    this.refusing = Math.min(refusing / elapsed / FOR_REFUSALS, this.#far / Math.max(load.eventLoopDelay, 1));
    this.#adapt(refusing);
    this.#judge();
    if (this.#watch.looked?.(now)) this.#idle = 0;
    if ((this.#idle += 1) <= IDLE) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #adapt(refusing: number): void {
    const { maxEventLoopDelay } = this.#limits;
    if (maxEventLoopDelay === 0) return;
    const delay = Math.max(this.load.eventLoopDelay, 1);
    const next = (share: number, max: number): number =>
      Math.min(Math.max(share * Math.min(Math.sqrt(this.#bound(max, refusing) / delay), GROW), LEAST), 1);
    this.#admitted = next(this.#admitted, maxEventLoopDelay);
    this.#admittedLow = next(this.#admittedLow, maxEventLoopDelay * FOR_LOW);
  }

  #judge(): void {
    const { eventLoopUtilization, heapUsage, rss } = this.load;
    const { maxEventLoopUtilization, maxHeapUsage, maxRss } = this.#limits;
    this.#refused = 1 - this.#admitted;
    this.#refusedEarly = 1 - this.#admittedLow;
    this.shortage = 'eventLoopDelay';
    this.#count('eventLoopUtilization', eventLoopUtilization, maxEventLoopUtilization, 1, 1);
    this.#count('heapUsage', heapUsage, maxHeapUsage, 1, MOST_FOR_MEMORY);
    this.#count('rss', rss, maxRss, 1.1 * maxRss, MOST_FOR_MEMORY);
  }

  /** Refuses nothing below `max`, and more and more up to `all`. Early, it begins half of that distance before. */
  #count(name: Shortage, value: number, max: number, all: number, most: number): void {
    if (max === 0) return;
    const level = (value - max) / (all - max);
    const early = Math.min(Math.max(2 * level + 1, 0), most);
    this.#refused = Math.max(this.#refused, Math.min(Math.max(level, 0), most));
    if (early <= this.#refusedEarly) return;
    this.#refusedEarly = early;
    this.shortage = name;
  }
}
