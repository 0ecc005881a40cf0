import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import type { App, HookContext } from '@blaizejs/types';

const START = 'tracing:blaizejs.request:start';
const END = 'tracing:blaizejs.request:asyncEnd';
/** Of those that are open, how many are listed. */
const MAX_LISTED = 1000;

interface Trace {
  readonly app: App;
  readonly ctx: HookContext;
}

/** Knows which requests have not been answered yet. */
export class OpenRequests {
  readonly #app: App;
  /** When each began: the oldest first. */
  readonly #open = new Map<Trace, number>();

  constructor(app: App) {
    this.#app = app;
  }

  start(): void {
    subscribe(START, this.#onStart);
    subscribe(END, this.#onEnd);
  }

  stop(): void {
    unsubscribe(START, this.#onStart);
    unsubscribe(END, this.#onEnd);
    this.#open.clear();
  }

  /** The oldest first. Only what cannot be a secret: patterns, no paths. */
  list(): object {
    const now = performance.now();
    const requests = [];
    for (const [{ ctx }, began] of this.#open) {
      if (requests.length === MAX_LISTED) break;
      const { method, protocol, correlationId } = ctx.request;
      const route = ctx.route?.pattern ?? null;
      requests.push({ method, route, protocol, correlationId, milliseconds: Math.round(now - began) });
    }
    return { open: this.#open.size, requests };
  }

  readonly #onStart = (message: unknown): void => {
    const trace = message as Trace;
    if (trace.app === this.#app) this.#open.set(trace, performance.now());
  };

  readonly #onEnd = (message: unknown): void => {
    this.#open.delete(message as Trace);
  };
}
