import type { RequestContext } from '@blaizejs/context/internal';
import type { App } from '@blaizejs/types';

import { requestChannel, type RequestTrace } from './channels.ts';

/** Runs the synchronous part of a request and publishes its events. Not `tracePromise()`: the answer ends long after that. */
export function traceRequest(app: App, ctx: RequestContext, begin: () => void): void {
  const trace: RequestTrace = { app, ctx, route: ctx.route, status: 0 };
  // In process, an exchange may be over before its synchronous part has ended.
  const progress = { hasBegun: false, isOver: false };
  const conclude = (): void => {
    if (trace.error) requestChannel.error.publish(trace);
    requestChannel.asyncStart.publish(trace);
    requestChannel.asyncEnd.publish(trace);
  };
  ctx.trace = trace;
  ctx.onFinish((outcome) => {
    trace.status = outcome.status;
    trace.outcome = outcome;
    progress.isOver = true;
    if (progress.hasBegun) conclude();
  });
  requestChannel.start.runStores(trace, () => {
    begin();
    requestChannel.end.publish(trace);
  });
  progress.hasBegun = true;
  if (progress.isOver) conclude();
}
