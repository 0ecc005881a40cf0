import { ClientError } from './client-error.ts';

/** Ends a call: when its time is over, or when its caller aborts it. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** The time at which it ends the call, comparable with `Date.now()`. */
  readonly at: number;
  /** Rejects as soon as the call has to end, even if `work` does not. */
  readonly race: <T>(work: T | PromiseLike<T>) => Promise<T>;
  /** Waits. @throws the reason of `signal` */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Stops the clock; the caller's signal is still heard. */
  readonly stopClock: () => void;
  /** Stops the clock, and forgets the caller's signal. */
  readonly end: () => void;
}

// A timer with a longer delay fires at once.
const MAX_TIMER = 2 ** 31 - 1;

/**
 * Does not use `AbortSignal.any`: older browsers lack it, and its signals live as long as the caller's.
 *
 * @param name for messages: `GET /users/[id]`
 * @param timeout milliseconds; 0 for none
 */
export function startDeadline(name: string, timeout: number, caller?: AbortSignal | null): Deadline {
  const controller = new AbortController();
  const { signal } = controller;
  const onAbort = (): void =>
    controller.abort(new ClientError('ERR_BLAIZE_CLIENT_ABORTED', `${name} was aborted.`, caller?.reason));
  const onTimeout = (): void =>
    controller.abort(new ClientError('ERR_BLAIZE_CLIENT_TIMEOUT', `${name} took more than ${timeout} ms.`));
  const timer = timeout ? setTimeout(onTimeout, Math.min(timeout, MAX_TIMER)) : undefined;
  const stopClock = (): void => clearTimeout(timer);
  const race = <T>(work: T | PromiseLike<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const stop = (): void => reject(signal.reason as Error);
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop);
      void Promise.resolve(work)
        .then(resolve, reject)
        .then(() => signal.removeEventListener('abort', stop));
    });
  if (caller?.aborted) onAbort();
  caller?.addEventListener('abort', onAbort);
  return {
    signal,
    at: timeout ? Date.now() + timeout : Infinity,
    race,
    sleep: (milliseconds) => {
      let wake: ReturnType<typeof setTimeout>;
      const slept = new Promise<void>(
        (resolve) => (wake = setTimeout(resolve, Math.min(milliseconds, MAX_TIMER))),
      );
      return race(slept).finally(() => clearTimeout(wake));
    },
    stopClock,
    end: () => {
      stopClock();
      caller?.removeEventListener('abort', onAbort);
    },
  };
}
