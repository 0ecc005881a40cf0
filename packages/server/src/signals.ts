import { constants } from 'node:os';

/** Something that a signal stops. */
export interface Stoppable {
  /** Resolves with whether everything stopped in time. */
  stop(): Promise<boolean>;
}

// nodemon sends SIGUSR2. Windows does not have it.
const SIGNALS = (['SIGINT', 'SIGTERM', 'SIGUSR2'] as const).filter((signal) => signal in constants.signals);

// Milliseconds in which the same signal counts as an echo of the first one. npm and pnpm forward a Ctrl+C that the terminal
// has already sent to the process.
const ECHO = 50;

const servers = new Set<Stoppable>();
let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;

/**
 * From now on, a signal stops this server and every other one in the process, then exits the process: with 0 if all of them
 * stopped in time, otherwise with 1. A second signal exits at once.
 *
 * @returns a function that undoes this
 */
export function stopOnSignals(server: Stoppable): () => void {
  if (servers.size === 0) for (const signal of SIGNALS) process.on(signal, onSignal);
  servers.add(server);
  return () => {
    servers.delete(server);
    if (servers.size === 0 && !first) for (const signal of SIGNALS) process.off(signal, onSignal);
  };
}

function onSignal(signal: NodeJS.Signals): void {
  const at = performance.now();
  if (first) {
    const isEcho = signal === first.signal && at - first.at < ECHO;
    if (isEcho) return;
    process.exit(128 + constants.signals[signal]);
  }
  first = { signal, at };
  void Promise.all([...servers].map((server) => server.stop())).then((inTime) => {
    process.exit(inTime.every(Boolean) ? 0 : 1);
  });
}
