import { ServerStateError } from '@blaizejs/errors';
import type { Logger, LoggerInput, LogLevel } from '@blaizejs/types';

import type { DefaultLog } from '../default-logger.ts';
import { type HasLevel, LogLevelSwitch } from './log-level.ts';

// Node uses SIGUSR1 itself, nodemon SIGUSR2, terminals SIGHUP and SIGWINCH. A process that does not listen to SIGURG ignores it,
// so a signal to the wrong process does no harm. Windows does not have it.
const SIGNAL = 'SIGURG';
const SIGNAL_TIME = 10 * 60_000;

/** Opens and closes a server's log, and changes its level. */
export class LogControl {
  readonly #log: DefaultLog | undefined;
  readonly #switch: LogLevelSwitch | undefined;

  /** @param own the app's own logger */
  constructor(logger: Logger, log: DefaultLog | undefined, own: LoggerInput | false | undefined) {
    this.#log = log;
    const target = log ?? (hasLevel(own) ? own : undefined);
    this.#switch = target && new LogLevelSwitch(target, logger);
  }

  get level(): LogLevel | undefined {
    return this.#switch?.level;
  }

  set(level: LogLevel, options?: { readonly for?: number | undefined }): void {
    if (!this.#switch)
      throw new ServerStateError("Can't set the log level: the server's logger has no `level`.");
    this.#switch.set(level, options);
  }

  /** From now on, a signal switches the level. @returns a function that undoes this */
  onSignal(): () => void {
    if (process.platform === 'win32' || !this.#switch) return () => undefined;
    const toggle = (): void => this.#switch?.toggle(SIGNAL_TIME, SIGNAL);
    process.on(SIGNAL, toggle);
    return () => void process.off(SIGNAL, toggle);
  }

  async open(): Promise<void> {
    await this.#log?.open();
  }

  close(): void {
    this.#switch?.stop();
    this.#log?.close();
  }
}

function hasLevel(logger: LoggerInput | false | undefined): logger is LoggerInput & HasLevel {
  return typeof (logger as Partial<HasLevel> | undefined)?.level === 'string';
}
