/** Milliseconds between two looks at the clock. */
const INTERVAL = 50;
/** How much one look counts: a single pause, for garbage say, is no overload. */
const WEIGHT = 0.2;
/** Looks without a request after which the timer stops. */
const IDLE = 20;

/** How late timers run in this process, on average of the last looks. Its timer runs only while there are requests. */
export class EventLoopDelay {
  #average = 0;
  #timer: ReturnType<typeof setInterval> | undefined;
  #expected = 0;
  #idle = 0;

  /** Milliseconds. Call it for each request. */
  read(): number {
    this.#idle = 0;
    if (!this.#timer) this.#start();
    return this.#average;
  }

  #start(): void {
    this.#average = 0;
    this.#expected = performance.now() + INTERVAL;
    const timer: { unref?: () => void } | number = (this.#timer = setInterval(() => this.#look(), INTERVAL));
    // It keeps no process alive. Where timers are numbers, nothing would.
    if (typeof timer === 'object') timer.unref?.();
  }

  #look(): void {
    const now = performance.now();
    this.#average += (Math.max(now - this.#expected, 0) - this.#average) * WEIGHT;
    this.#expected = now + INTERVAL;
    if ((this.#idle += 1) <= IDLE) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
