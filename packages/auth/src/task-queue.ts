import { ServiceUnavailableError } from '@blaizejs/errors';

interface Waiting {
  readonly start: () => void;
}

/** Runs a few tasks at a time, and lets a few wait. */
export class TaskQueue {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting = new Set<Waiting>();
  #running = 0;

  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /**
   * Runs a task when its turn comes.
   *
   * @param signal takes it out of the queue
   * @throws ServiceUnavailableError (503) if too many wait already; the reason of the signal
   */
  async run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    signal?.throwIfAborted();
    if (this.#running >= this.#most) await this.#turn(signal);
    else this.#running += 1;
    try {
      return await task();
    } finally {
      // Whoever waited longest takes over the place.
      const [next] = this.#waiting;
      if (next) {
        this.#waiting.delete(next);
        next.start();
      } else this.#running -= 1;
    }
  }

  #turn(signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.size >= this.#mostWaiting) {
      throw new ServiceUnavailableError('Too many passwords are being checked. Try again later.', {
        code: 'ERR_BLAIZE_AUTH_BUSY',
        expose: true,
        headers: { 'retry-after': '5' },
      });
    }
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        this.#waiting.delete(waiting);
        reject(signal?.reason as Error);
      };
      const waiting: Waiting = {
        start: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', leave, { once: true });
    });
  }
}
