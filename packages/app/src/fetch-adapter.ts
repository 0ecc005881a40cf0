import { WebExchange } from '@blaizejs/context/internal';
import type { FetchInfo } from '@blaizejs/types';

import type { Handle } from './request-handler.ts';

/** Answers Web requests in process, on the same path as those from a socket. */
export class FetchAdapter {
  readonly #handle: Handle;
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  /** @param ready the request waits for this before it is answered */
  fetch(request: Request, ready: Promise<unknown>, info?: FetchInfo): Promise<Response> {
    const response = ready.then(() => {
      const exchange = new WebExchange(request, info);
      if (!exchange.aborted) this.#handle(exchange);
      return exchange.response;
    });
    this.#inFlight.add(response);
    const done = (): unknown => this.#inFlight.delete(response);
    response.then(done, done);
    return response;
  }

  async drain(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }

  /** Does nothing: there is no connection to cut. */
  destroy(): void {}
}
