import type { SourceWatcher } from '../source.ts';

const FIRST = 500;
const LONGEST = 30_000;

/**
 * Runs one turn after the other until the signal is aborted. After a failure it waits, longer each time, up to 30
 * seconds, and tells only of the first failure of a row.
 */
export async function keepWatching(
  { signal, failed }: SourceWatcher,
  turn: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const isOver = (): boolean => signal.aborted;
  let failures = 0;
  while (!isOver()) {
    try {
      await turn(signal);
      failures = 0;
    } catch (error) {
      if (isOver()) return;
      if (failures === 0) failed(error);
      failures++;
      // Many processes that lost the same server should not come back at the same moment.
      await pause(
        Math.min(LONGEST, FIRST * 2 ** Math.min(failures - 1, 10)) * (0.5 + Math.random() / 2),
        signal,
      );
    }
  }
}

/** Waits, without keeping the process alive. An aborted signal ends it. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms).unref();
    signal.addEventListener('abort', end);
  });
}
