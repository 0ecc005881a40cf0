import { EventEmitter } from 'node:events';

import { toError } from '@blaizejs/errors/internal';
import type { ServerEventMap, ServerEvents } from '@blaizejs/types';

/** The server's events. A listener that fails stops neither the others nor the server. */
export class ServerEventEmitter extends EventEmitter<ServerEventMap> implements ServerEvents {
  readonly #log: (error: Error, message: string) => void;

  /** @param log called with errors that no listener can be told of */
  constructor(log: (error: Error, message: string) => void) {
    super();
    this.#log = log;
  }

  /** Calls all listeners, and resolves when they are done. Never rejects. */
  async notify<E extends keyof ServerEventMap>(event: E, ...args: ServerEventMap[E]): Promise<void> {
    await Promise.all(
      this.rawListeners(event).map(async (listener) => {
        try {
          await (listener as (...args: unknown[]) => unknown).apply(this, args);
        } catch (error) {
          if (event === 'error') this.#log(toError(error), 'A listener of the error event failed');
          else this.report(error);
        }
      }),
    );
  }

  /** Passes an error to the `error` listeners, or logs it if there are none. Never throws. */
  report(error: unknown): void {
    if (this.listenerCount('error') > 0) void this.notify('error', toError(error));
    else this.#log(toError(error), toError(error).message);
  }
}
