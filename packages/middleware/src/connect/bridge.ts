import {
  logError,
  loggedPath,
  logLine,
  type RequestContext,
  RequestAbortedError,
} from '@blaizejs/context/internal';
import type { Outcome } from '@blaizejs/types';

import { ExpressResponse } from './express-response.ts';
import { FacadeRequest } from './facade-request.ts';
import { FacadeSocket } from './facade-socket.ts';
import { pin } from './pin.ts';

/** Something that waits for Connect middleware: the chain on the way in, or a hook that replays the answer. */
export interface Waiting {
  /** Connect middleware has begun an answer. */
  answered(): void;
  /** @returns false if it no longer waits */
  fail(error: unknown): boolean;
  /** The client has left. */
  left(error: Error): void;
}

/** The objects that Connect middleware of one request sees, and what waits for it. All `connect()`s of a request share them. */
export class Bridge {
  readonly ctx: RequestContext;
  readonly req: FacadeRequest;
  readonly res: ExpressResponse;
  /** Whether middleware is being called at this moment, so that what it does wrong can be thrown at it. */
  depth = 0;
  isOver = false;
  /** Whether the answer has passed through `res`. */
  isReplayed = false;
  readonly #waiting: Waiting[] = [];
  #isPinned = false;
  #socket: FacadeSocket | undefined;

  private constructor(ctx: RequestContext) {
    this.ctx = ctx;
    this.req = new FacadeRequest(this);
    this.res = this.req.res = new ExpressResponse(this);
    ctx.onFinish((outcome) => this.#end(outcome));
  }

  /** The bridge of a request, if there is one. */
  static find({ state }: { readonly state: object }): Bridge | undefined {
    // Not a WeakMap: with an entry for each request, garbage would be expensive to collect.
    const { connect } = state as { readonly connect?: { readonly req?: unknown } };
    return connect && FacadeRequest.bridgeOf(connect.req);
  }

  static of(ctx: RequestContext): Bridge {
    const found = Bridge.find(ctx);
    if (found) return found;
    const bridge = new Bridge(ctx);
    Object.assign(ctx.state, { connect: { req: bridge.req, res: bridge.res } });
    return bridge;
  }

  /** Prepares the objects for an application of Express. */
  pin(): void {
    if (this.#isPinned) return;
    this.#isPinned = true;
    pin(this.req, this.res);
  }

  get socket(): FacadeSocket {
    return (this.#socket ??= new FacadeSocket(this.ctx));
  }

  /** Adds what waits; the innermost is told first. */
  wait(waiting: Waiting): void {
    this.#waiting.push(waiting);
  }

  unwait(waiting: Waiting): void {
    const index = this.#waiting.lastIndexOf(waiting);
    if (index !== -1) this.#waiting.splice(index, 1);
  }

  /** Called when middleware has begun an answer. */
  answered(): void {
    this.#waiting.at(-1)?.answered();
  }

  /** Runs code of middleware. */
  call<T>(fn: () => T): T {
    this.depth += 1;
    try {
      return fn();
    } finally {
      this.depth -= 1;
    }
  }

  /**
   * For what middleware does wrong. It gets the error thrown at it while it is being called; later on, where nobody would catch it
   * and it would end the process, the request fails instead.
   */
  refuse(error: unknown): void {
    if (this.depth > 0) throw error;
    this.fail(error);
  }

  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  /** Fails the request, unless something else has answered. */
  failIfWaiting(error: unknown): boolean {
    return this.#waiting.at(-1)?.fail(error) ?? false;
  }

  /** Fails the request, or if it was answered, logs the error. */
  fail(error: unknown): void {
    if (this.failIfWaiting(error)) return;
    if (this.isOver && this.ctx.exchange.aborted) return;
    const message = 'Connect middleware failed after the request had been answered';
    logError(() => this.ctx.log, 'warn', error, message, this.#about);
  }

  warn(message: string, fields: Readonly<Record<string, unknown>>): void {
    logLine(() => this.ctx.log, 'warn', message, { ...this.#about, ...fields });
  }

  get #about(): { method: string; path: string } {
    const { request } = this.ctx;
    return { method: request.method, path: loggedPath(request) };
  }

  #end({ aborted, status }: Outcome): void {
    if (this.isOver) return;
    this.isOver = true;
    if (aborted) {
      const error = new RequestAbortedError();
      for (const waiting of this.#waiting.toReversed()) waiting.left(error);
    }
    this.req.exchangeOver(aborted);
    this.res.exchangeOver(aborted, status);
    this.#socket?.close();
  }
}
