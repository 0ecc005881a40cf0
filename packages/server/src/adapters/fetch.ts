import { WebExchange } from '@blaizejs/context';

import type { Handle } from './adapter.ts';

/** Answers Web requests in process, through the same path as those from a socket. */
export class FetchAdapter {
  readonly #handle: Handle;
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(handle: Handle) {
    this.#handle = handle;
  }

  fetch(request: Request): Promise<Response> {
    const exchange = new WebExchange(request);
    const { response } = exchange;
    this.#inFlight.add(response);
    const done = (): unknown => this.#inFlight.delete(response);
    response.then(done, done);
    if (!exchange.aborted) this.#handle(exchange);
    return response;
  }

  async drain(): Promise<void> {
    await Promise.allSettled(this.#inFlight);
  }
}
