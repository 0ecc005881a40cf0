import { constants } from 'node:os';

/** What signals make a cluster do. */
export interface SignalActions {
  reload(): Promise<void>;
  /** Drains all workers. */
  close(signal: NodeJS.Signals): Promise<void>;
  /** Ends all workers at once. */
  kill(): void;
}

/** The part of `process` that is used. */
export type SignalledProcess = Pick<NodeJS.Process, 'on' | 'off' | 'exit'>;

const SIGNALS = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).filter((signal) => signal in constants.signals);

// npm forwards a Ctrl+C that the terminal has sent already.
const ECHO = 50;

/** SIGHUP reloads. SIGTERM and SIGINT close, and then end this process; a second one ends everything at once. */
export class PrimarySignals {
  readonly #actions: SignalActions;
  readonly #process: SignalledProcess;
  #first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;

  constructor(actions: SignalActions, process: SignalledProcess) {
    this.#actions = actions;
    this.#process = process;
  }

  listen(): void {
    for (const signal of SIGNALS) this.#process.on(signal, this.#onSignal);
  }

  /** Stops listening, unless a signal has begun the end: a second one must still hasten it. */
  release(): void {
    if (this.#first) return;
    for (const signal of SIGNALS) this.#process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (signal: NodeJS.Signals): void => {
    if (signal === 'SIGHUP') {
      // Its failure is in the log.
      this.#actions.reload().catch(() => undefined);
      return;
    }
    const at = performance.now();
    if (!this.#first) {
      this.#first = { signal, at };
      void this.#actions.close(signal).then(() => this.#process.exit(0));
    } else if (signal !== this.#first.signal || at - this.#first.at >= ECHO) {
      this.#actions.kill();
      this.#process.exit(128 + constants.signals[signal]);
    }
  };
}
