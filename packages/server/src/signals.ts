import { constants } from 'node:os';

/** What a signal stops. */
export interface Stoppable {
  /** Gives whether all of it stopped in time. */
  stop(): Promise<boolean>;
}

// SIGUSR2 is how nodemon asks; Windows does not have it.
const SIGNALS = (['SIGINT', 'SIGTERM', 'SIGUSR2'] as const).filter((signal) => signal in constants.signals);

// Milliseconds. npm and pnpm pass a Ctrl+C on to a process that has had it from the terminal already: within this time
// the same signal is the first one again.
const ECHO = 50;

const servers = new Set<Stoppable>();
let first: { readonly signal: NodeJS.Signals; readonly at: number } | undefined;

/**
 * From now on a signal stops this server, and every other one of the process, and then ends the process: with 0 where
 * all of them stopped in time, else with 1. A second signal ends it at once.
 *
 * @returns what takes it back
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
