import { logError, logLine } from '@blaizejs/context/internal';
import type { Logger, PluginTarget } from '@blaizejs/types';

import type { ResolvedCheck } from './options.ts';

/** How many runs that never ended may be left behind. */
const MAX_ABANDONED = 5;
/** A run that hangs is left behind after its timeout, times this. */
const PATIENCE = 10;

/** The state of a check after a run. */
export interface CheckResult {
  readonly passed: boolean;
  /** When the run ended. */
  readonly at: Date;
  /** Milliseconds that the run took. */
  readonly duration: number;
}

/**
 * Runs one check: at most once at a time, however many probes ask, and no longer than its timeout. A run that hangs blocks
 * the next one for a while, so that hanging runs do not pile up.
 */
export class CheckRunner {
  readonly name: string;
  readonly check: ResolvedCheck;
  readonly #server: Pick<PluginTarget, 'log' | 'services'>;
  #result: CheckResult | undefined;
  #running: Promise<CheckResult> | undefined;
  #freshUntil = 0;
  #hasPassed = false;
  /** How many runs have failed in a row. */
  #failures = 0;
  /** When the run that is hanging began. */
  #hangingSince: number | undefined;
  #hanging = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(name: string, check: ResolvedCheck, server: Pick<PluginTarget, 'log' | 'services'>) {
    this.name = name;
    this.check = check;
    this.#server = server;
  }

  /** Whether it has ever passed. */
  get hasPassed(): boolean {
    return this.#hasPassed;
  }

  /** The last result if it is fresh; otherwise, runs the check. Never rejects. */
  read(): CheckResult | Promise<CheckResult> {
    const isFresh = this.#timer !== undefined || performance.now() < this.#freshUntil;
    if (this.#result && isFresh) return this.#result;
    return this.#running ?? this.#run();
  }

  /** Runs the check at intervals, if it has one. */
  start(): void {
    const { interval } = this.check;
    if (interval === 0 || this.#timer) return;
    const look = (): void => void (this.#running ?? this.#run());
    look();
    const timer: { unref?: () => void } | number = (this.#timer = setInterval(look, interval));
    // It keeps no process alive. Where timers are numbers, nothing would.
    if (typeof timer === 'object') timer.unref?.();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.check.stop?.();
  }

  #run(): Promise<CheckResult> {
    const began = performance.now();
    const running = this.#attempt(began).then(
      () => this.#note(began, undefined),
      (error: unknown) => this.#note(began, { error }),
    );
    this.#running = running;
    return running;
  }

  /** Rejects if the check fails, or its time is up. */
  async #attempt(began: number): Promise<void> {
    const { timeout } = this.check;
    const since = this.#hangingSince;
    const isBlocked = since !== undefined && began - since < timeout * PATIENCE;
    if (isBlocked || this.#hanging >= MAX_ABANDONED) {
      throw new Error(`An earlier run, which took longer than ${timeout} ms, has not ended yet.`);
    }
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        const error = new Error(`It took longer than ${timeout} ms.`);
        this.#leaveBehind(work, began);
        abort.abort(error);
        reject(error);
      }, timeout);
    });
    const work = (async () => {
      await this.check.run({ signal: abort.signal, services: this.#server.services });
    })();
    try {
      await Promise.race([work, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  #leaveBehind(work: Promise<void>, began: number): void {
    this.#hanging += 1;
    this.#hangingSince = began;
    const end = (): void => {
      this.#hanging -= 1;
      if (this.#hangingSince === began) this.#hangingSince = undefined;
    };
    work.then(end, end);
  }

  #note(began: number, failure: { readonly error: unknown } | undefined): CheckResult {
    const now = performance.now();
    this.#running = undefined;
    this.#freshUntil = now + this.check.cache;
    this.#failures = failure ? this.#failures + 1 : 0;
    this.#hasPassed ||= !failure;
    const passed = this.#hasPassed && this.#failures < this.check.failureThreshold;
    const before = this.#result?.passed ?? true;
    const log = (): Logger => this.#server.log;
    // One line per change: probes come every few seconds.
    if (failure && (this.#failures === 1 || passed !== before)) {
      const message = passed ? 'A health check failed once' : 'A health check fails';
      logError(log, 'warn', failure.error, message, { check: this.name });
    } else if (passed && !before) {
      logLine(log, 'info', 'A health check passes again', { check: this.name });
    }
    return (this.#result = { passed, at: new Date(), duration: now - began });
  }
}
