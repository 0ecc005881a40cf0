import { JobError } from '../job-error.ts';
import type { JobStore } from '../job-store.ts';

/** Calls of a store that take no longer than they may, and reject with a code. */
export class GuardedStore {
  readonly store: JobStore;
  readonly #timeout: number;
  #state: 'new' | 'open' | 'closed' = 'new';
  #closing: Promise<void> | undefined;

  constructor(store: JobStore, timeout: number) {
    this.store = store;
    this.#timeout = timeout;
  }

  /**
   * Calls the store.
   *
   * @param what is done, for the message: `add a job`
   * @throws JobError `ERR_BLAIZE_JOB_STORE` if it fails or takes too long, `ERR_BLAIZE_JOBS_CLOSED` after the end
   */
  async call<T>(what: string, call: (store: JobStore) => Promise<T> | undefined): Promise<T> {
    if (this.#state !== 'open') {
      const why = this.#state === 'new' ? 'The server has not started yet' : 'The server has stopped';
      throw new JobError('ERR_BLAIZE_JOBS_CLOSED', `${why}, so it cannot ${what}.`);
    }
    return this.#call(what, call);
  }

  /** Has to come first. */
  async open(queues: readonly string[]): Promise<void> {
    await this.#call('open', (store) => store.open?.(queues) ?? Promise.resolve());
    this.#state = 'open';
  }

  /** Lets nothing else happen. Rejects if the store does. */
  close(): Promise<void> {
    this.#state = 'closed';
    this.#closing ??= this.#call('close', (store) => store.close?.() ?? Promise.resolve());
    return this.#closing;
  }

  async #call<T>(what: string, call: (store: JobStore) => Promise<T> | undefined): Promise<T> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    try {
      const late = new Promise<never>((_resolve, reject) => {
        const error = (): Error => new Error(`It has not answered within ${this.#timeout} ms.`);
        timer = setTimeout(() => reject(error()), this.#timeout);
      });
      return (await Promise.race([call(this.store), late])) as T;
    } catch (error) {
      const { message } = error as Partial<Error>;
      throw new JobError(
        'ERR_BLAIZE_JOB_STORE',
        `The store of jobs failed to ${what}: ${message ?? String(error)}`,
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }
}
