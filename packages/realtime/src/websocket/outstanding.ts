import { WebSocketRequestError } from './request-error.ts';

/** The options of one request. */
export interface WebSocketRequestOptions {
  /** Gives up when it is aborted, and tells the other side. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds to wait for the answer; 0 to wait until the connection ends. Default: 10,000. */
  readonly timeout?: number | undefined;
}

/** A request that waits for its answer. */
export interface Waiting {
  readonly id: number;
  readonly name: string;
  /** The text to send. */
  readonly text: string;
  /** Whether it is sent again on the next connection. */
  readonly again: boolean;
  /** Whether it was handed to a connection. */
  isSent: boolean;
  /** @internal */
  readonly resolve: (json: string | undefined) => void;
  /** @internal */
  readonly reject: (error: Error) => void;
}

const DEFAULT_TIMEOUT = 10_000;
// What timers take.
const MAX_TIMER = 2 ** 31 - 1;

/** Requests that one side has sent, and that are not answered yet. */
export class Outstanding {
  readonly #limit: number;
  readonly #waiting = new Map<number, Waiting>();
  #last = 0;

  /** @param limit how many there may be */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isEmpty(): boolean {
    return this.#waiting.size === 0;
  }

  /** In the order in which they were made. */
  get all(): Iterable<Waiting> {
    return this.#waiting.values();
  }

  /**
   * Adds a request.
   *
   * @param toText called with its id
   * @param onGiveUp called if nobody waits for it any more; @param isSent whether the other side has it
   * @returns resolves with the JSON of the answer. Nobody has to listen: as an unhandled rejection it would end the process
   */
  add(
    name: string,
    toText: (id: number) => string,
    options: WebSocketRequestOptions & { readonly again?: boolean | undefined },
    onGiveUp: (id: number, waiting: Waiting) => void,
  ): { readonly waiting: Waiting; readonly answer: Promise<string | undefined> } | WebSocketRequestError {
    const { signal, timeout = DEFAULT_TIMEOUT, again = false } = options;
    if (signal?.aborted) return aborted(name, signal);
    if (this.#waiting.size >= this.#limit) {
      const message = `The request ${name} was not sent: ${this.#limit} others wait for answers.`;
      return new WebSocketRequestError('ERR_BLAIZE_WEBSOCKET_REQUEST', message);
    }
    const id = (this.#last += 1);
    const text = toText(id);
    let waiting!: Waiting;
    const answer = new Promise<string | undefined>((resolve, reject) => {
      const giveUp = (error: Error): void => {
        onGiveUp(id, waiting);
        waiting.reject(error);
      };
      const onAbort = (): void => giveUp(aborted(name, signal as AbortSignal));
      const timer =
        timeout > 0
          ? setTimeout(() => giveUp(timedOut(name, timeout)), Math.min(timeout, MAX_TIMER))
          : undefined;
      const settle = (): void => {
        this.#waiting.delete(id);
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      signal?.addEventListener('abort', onAbort);
      waiting = {
        id,
        name,
        text,
        again,
        isSent: false,
        resolve: (json) => {
          settle();
          resolve(json);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      };
      this.#waiting.set(id, waiting);
    });
    answer.catch(() => undefined);
    return { waiting, answer };
  }

  /** Whether somebody waits for the answer. */
  has(waiting: Waiting): boolean {
    return this.#waiting.get(waiting.id) === waiting;
  }

  /** Undefined if nobody waits for the answer any more. */
  get(id: number): Waiting | undefined {
    return this.#waiting.get(id);
  }

  /** Rejects what the connection took with it. @param isLost what will never be sent */
  lose(isLost: (waiting: Waiting) => boolean): void {
    for (const waiting of [...this.#waiting.values()]) {
      if (isLost(waiting)) waiting.reject(lost(waiting.name));
    }
  }
}

/** A rejection that nobody has to listen to: if it were unhandled, it would end the process. */
export function rejected(error: Error): Promise<never> {
  const promise = Promise.reject(error);
  promise.catch(() => undefined);
  return promise;
}

/** The connection has ended. */
export function lost(name: string): WebSocketRequestError {
  const message = `The connection ended before the request ${name} was answered`;
  return new WebSocketRequestError('ERR_BLAIZE_WEBSOCKET_LOST', message);
}

function aborted(name: string, signal: AbortSignal): WebSocketRequestError {
  const message = `The request ${name} was aborted`;
  return new WebSocketRequestError('ERR_BLAIZE_WEBSOCKET_ABORTED', message, { cause: signal.reason });
}

function timedOut(name: string, timeout: number): WebSocketRequestError {
  const message = `The request ${name} was not answered within ${timeout} milliseconds`;
  return new WebSocketRequestError('ERR_BLAIZE_WEBSOCKET_TIMEOUT', message);
}
