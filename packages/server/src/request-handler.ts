import { discard, RequestContext, runWithContext } from '@blaizejs/context';
import { NotFoundError } from '@blaizejs/errors';
import type { Exchange } from '@blaizejs/types';

import type { AppTable } from './app-table.ts';
import { type ErrorSettings, sendError } from './error-response.ts';
import { send } from './send.ts';

/**
 * Answers requests: finds the route, makes the context, runs the chain, sends what it recorded. What has no route
 * takes the same way, with a chain that ends in 404, 405, 501 or the automatic OPTIONS.
 */
export class RequestHandler {
  /** What is served. Replaced whole: a request that began on one table ends on it. */
  table: AppTable;
  readonly #errors: ErrorSettings;

  constructor(table: AppTable, errors: ErrorSettings) {
    this.table = table;
    this.#errors = errors;
  }

  /** Answers one request. Never throws. */
  handle(exchange: Exchange): void {
    const { chain, settings, params, querystring } = this.table.lookup(exchange.method, exchange.target);
    const ctx = new RequestContext(exchange, settings, params, querystring);
    runWithContext(ctx, run, ctx, exchange, chain, this.#errors);
  }
}

type Chain = (ctx: RequestContext) => void | Promise<void>;

// Synchronous as long as the chain is: nothing is awaited that is no promise.
function run(ctx: RequestContext, exchange: Exchange, chain: Chain, errors: ErrorSettings): void {
  try {
    const running = chain(ctx);
    const sending = running ? running.then(() => finish(ctx, exchange)) : finish(ctx, exchange);
    sending?.catch((error: unknown) => sendError(ctx, exchange, error, errors));
  } catch (error) {
    sendError(ctx, exchange, error, errors);
  }
}

function finish(ctx: RequestContext, exchange: Exchange): void | Promise<void> {
  // Answered by other means, through `ctx.response.raw`.
  if (exchange.responded) return discard(ctx.response.body);
  if (!ctx.response.answered)
    throw new NotFoundError(`Nothing answered ${exchange.method} ${ctx.request.path}.`);
  return send(ctx, exchange);
}
