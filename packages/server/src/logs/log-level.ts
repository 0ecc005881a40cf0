import { MAX_TIMER } from '@blaizejs/errors/internal';
import type { Logger, LogLevel } from '@blaizejs/types';

import { LOG_LEVELS } from './log-options.ts';

/** A level that can be read and set. */
export interface HasLevel {
  level: LogLevel;
}

/** Changes a level while the server runs, and takes it back after a while. */
export class LogLevelSwitch {
  readonly #target: HasLevel;
  readonly #log: Logger;
  #initial: LogLevel | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(target: HasLevel, log: Logger) {
    this.#target = target;
    this.#log = log;
  }

  get level(): LogLevel {
    return this.#target.level;
  }

  /** @throws RangeError */
  set(level: LogLevel, { for: time }: { readonly for?: number | undefined } = {}, why?: string): void {
    if (!LOG_LEVELS.includes(level))
      throw new RangeError(
        `setLogLevel(): the level is one of ${LOG_LEVELS.join(', ')}, not ${level as string}.`,
      );
    if (time !== undefined && !(Number.isFinite(time) && time > 0)) {
      throw new RangeError(
        `setLogLevel(): \`for\` is a number of milliseconds above 0, not ${String(time)}.`,
      );
    }
    const before = this.level;
    this.#initial ??= before;
    this.stop();
    this.#change(before, level, { ...(time !== undefined && { forMs: time }), ...(why && { why }) });
    if (time === undefined) return;
    const back = this.#initial;
    this.#timer = setTimeout(
      () => this.#change(this.level, back, { why: 'the time is up' }),
      Math.min(time, MAX_TIMER),
    ).unref();
  }

  /** Between `debug` and the level at the start. @param time milliseconds until it goes back */
  toggle(time: number, why: string): void {
    const initial = this.#initial ?? this.level;
    if (this.level === 'debug' && initial !== 'debug') this.set(initial, {}, why);
    else this.set('debug', { for: time }, why);
  }

  /** Forgets to go back. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #change(before: LogLevel, level: LogLevel, fields: Readonly<Record<string, unknown>>): void {
    if (before === level) return;
    // It is written if either of the levels allows it: as a warning, but not by a silent log.
    const tell = (): void => this.#log.warn({ before, ...fields }, `The log level is ${level} now`);
    const isQuieter = LOG_LEVELS.indexOf(level) > LOG_LEVELS.indexOf(before);
    if (isQuieter) tell();
    this.#target.level = level;
    if (!isQuieter) tell();
  }
}
