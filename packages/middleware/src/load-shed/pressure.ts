import type { Sensors } from './sensors.ts';

/** Milliseconds between two looks at the process. */
const INTERVAL = 50;
/** How much one look counts: a single pause, for garbage say, is no overload. */
const WEIGHT = 0.2;
/** Looks without a request after which the timer stops. */
const IDLE = 20;
/** Memory shrinks only while requests run and garbage is collected, so some are always let through. */
const MOST_FOR_MEMORY = 0.9;

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

/** What a server can be short of. */
export type Shortage = keyof Load;

/**
 * How busy the process is. It is looked at by a timer, which runs only while there are requests, so that a request costs no
 * more than a comparison. Averages keep it from going back and forth, and so does that it refuses in proportion.
 */
export class Pressure {
  readonly load: Load = { eventLoopDelay: 0, eventLoopUtilization: 0, heapUsage: 0, rss: 0 };
  /** What is above its bound the most, or nearest to it. */
  shortage: Shortage = 'eventLoopDelay';

  readonly #limits: PressureLimits;
  readonly #sensors: Sensors;
  readonly #onLook: (now: number) => boolean;
  #refused = 0;
  #refusedEarly = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #expected = 0;
  #idle = 0;

  /** @param onLook called at each look; returns whether to go on looking, even without requests */
  constructor(limits: PressureLimits, sensors: Sensors, onLook: (now: number) => boolean = () => false) {
    this.#limits = limits;
    this.#sensors = sensors;
    this.#onLook = onLook;
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

  #start(): void {
    this.#expected = this.#sensors.now() + INTERVAL;
    this.load.eventLoopDelay = this.load.eventLoopUtilization = 0;
    this.#sensors.utilization();
    const timer: { unref?: () => void } | number = (this.#timer = setInterval(() => this.#look(), INTERVAL));
    // It keeps no process alive. Where timers are numbers, nothing would.
    if (typeof timer === 'object') timer.unref?.();
    this.#judge();
  }

  #look(): void {
    const { load } = this;
    const { maxEventLoopUtilization, maxHeapUsage, maxRss } = this.#limits;
    const now = this.#sensors.now();
    load.eventLoopDelay += (Math.max(now - this.#expected, 0) - load.eventLoopDelay) * WEIGHT;
    this.#expected = now + INTERVAL;
    if (maxEventLoopUtilization > 0)
      load.eventLoopUtilization += (this.#sensors.utilization() - load.eventLoopUtilization) * WEIGHT;
    if (maxHeapUsage > 0) load.heapUsage += (this.#sensors.heapUsage() - load.heapUsage) * WEIGHT;
    if (maxRss > 0) load.rss += (this.#sensors.rss() - load.rss) * WEIGHT;
    this.#judge();
    if (this.#onLook(now)) this.#idle = 0;
    if ((this.#idle += 1) <= IDLE) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #judge(): void {
    const { eventLoopDelay, eventLoopUtilization, heapUsage, rss } = this.load;
    const { maxEventLoopDelay, maxEventLoopUtilization, maxHeapUsage, maxRss } = this.#limits;
    this.#refused = this.#refusedEarly = 0;
    this.#count('eventLoopDelay', eventLoopDelay, maxEventLoopDelay, 2 * maxEventLoopDelay, 1);
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
