import type { RequestContext } from '@blaizejs/context/internal';
import type { App, Outcome, RouteInfo } from '@blaizejs/types';

import { requestChannel, type RequestTrace } from './channels.ts';

/**
 * Runs the synchronous part of a request and publishes its events. Not `tracePromise()`: the answer ends long after that.
 *
 * A class and plain functions: closures, and a listener in an asynchronous context of its own, would cost more than most
 * subscribers do.
 */
export function traceRequest<A extends unknown[]>(
  app: App,
  ctx: RequestContext,
  begin: (ctx: RequestContext, ...args: A) => void,
  ...args: A
): void {
  const trace = new Trace(app, ctx);
  ctx.trace = trace;
  ctx.exchange.onClose(() => trace.end());
  requestChannel.start.runStores(trace, runTraced<A>, undefined, trace, begin, args);
  trace.leaveSynchronousPart();
}

function runTraced<A extends unknown[]>(
  trace: Trace,
  begin: (ctx: RequestContext, ...args: A) => void,
  args: A,
): void {
  const { ctx } = trace;
  if (ctx.span) ctx.span.run(begin, ctx, ...args);
  else begin(ctx, ...args);
  requestChannel.end.publish(trace);
}

class Trace implements RequestTrace {
  readonly app: App;
  readonly ctx: RequestContext;
  readonly route: RouteInfo | undefined;
  status = 0;
  outcome: Outcome | undefined = undefined;
  error: Error | undefined = undefined;
  // In process, an exchange may be over before its synchronous part has ended.
  #hasBegun = false;

  constructor(app: App, ctx: RequestContext) {
    this.app = app;
    this.ctx = ctx;
    this.route = ctx.route;
  }

  leaveSynchronousPart(): void {
    this.#hasBegun = true;
    if (this.outcome) this.#conclude();
  }

  /** Called when the exchange is over. */
  end(): void {
    const outcome = this.ctx.outcome();
    this.status = outcome.status;
    this.outcome = outcome;
    if (this.#hasBegun) this.#conclude();
  }

  #conclude(): void {
    if (this.error) requestChannel.error.publish(this);
    requestChannel.asyncStart.publish(this);
    requestChannel.asyncEnd.publish(this);
  }
}
