import { runWithContext } from '@blaizejs/context';
import { discard, RequestContext } from '@blaizejs/context/internal';
import { type HttpError, NotFoundError, ServiceUnavailableError } from '@blaizejs/errors';
import type { Exchange } from '@blaizejs/types/internal';

import type { AppTable } from './app-table.ts';
import { Deadlines } from './deadlines.ts';
import { type ErrorSettings, sendError } from './error-response.ts';
import { send } from './send.ts';

/** What a request handler needs to know of the server. */
export interface RequestHandlerSettings extends ErrorSettings {
  /** Milliseconds that an answer may take, or 0. */
  readonly handlerTimeout: number;
}

/**
 * Answers requests: finds the route, makes the context, runs the chain, sends what it recorded. What has no route
 * takes the same way, with a chain that ends in 404, 405, 501 or the automatic OPTIONS.
 */
export class RequestHandler {
  /** What is served. Replaced whole: a request that began on one table ends on it. */
  table: AppTable;
  readonly #settings: RequestHandlerSettings;
  readonly #deadlines: Deadlines<RequestContext>;

  constructor(table: AppTable, settings: RequestHandlerSettings) {
    this.table = table;
    this.#settings = settings;
    this.#deadlines = new Deadlines(settings.handlerTimeout, (ctx) => this.#timeOut(ctx));
  }

  /**
   * Answers one request. Never throws.
   *
   * @param refusal why it must not be served, where the adapter found that out
   */
  handle(exchange: Exchange, refusal?: HttpError): void {
    const { chain, settings, params, querystring } = this.table.lookup(exchange.method, exchange.target);
    const ctx = new RequestContext(exchange, settings, params, querystring);
    if (refusal) sendError(ctx, refusal, this.#settings);
    else runWithContext(ctx, run, ctx, chain, this.#deadlines, this.#settings);
  }

  /** @returns whether to wait again */
  #timeOut(ctx: RequestContext): boolean {
    if (ctx.exchange.responded) return false;
    // It is the client who takes that long.
    if (ctx.exchange.receiving) return true;
    const message = `${ctx.request.method} ${ctx.request.path} was not answered within ${this.#settings.handlerTimeout} ms.`;
    const error = new ServiceUnavailableError(message, { limit: 'handlerTimeout' });
    runWithContext(ctx, () => {
      ctx.request.abandon(error);
      sendError(ctx, error, this.#settings);
    });
    return false;
  }
}

type Chain = (ctx: RequestContext) => void | Promise<void>;

// Synchronous as long as the chain is: nothing is awaited that is no promise.
function run(
  ctx: RequestContext,
  chain: Chain,
  deadlines: Deadlines<RequestContext>,
  errors: ErrorSettings,
): void {
  try {
    const running = chain(ctx);
    const sending = running ? undefined : finish(ctx);
    if (running ?? sending) void conclude(ctx, running, sending, deadlines, errors);
  } catch (error) {
    sendError(ctx, error, errors);
  }
}

/** Waits for the chain, where that takes time, and for what it answered with to be sent. */
async function conclude(
  ctx: RequestContext,
  running: void | Promise<void>,
  sending: void | Promise<void>,
  deadlines: Deadlines<RequestContext>,
  errors: ErrorSettings,
): Promise<void> {
  const deadline = deadlines.add(ctx);
  try {
    if (running) await running;
    const rest = sending ?? finish(ctx);
    if (rest) await rest;
  } catch (error) {
    sendError(ctx, error, errors);
  }
  deadlines.delete(deadline);
}

function finish(ctx: RequestContext): void | Promise<void> {
  const { exchange, request, response } = ctx;
  // Answered by other means: through `ctx.response.raw`, or because it took too long.
  if (exchange.responded) return discard(response.body);
  if (!response.answered) throw new NotFoundError(`Nothing answered ${request.method} ${request.path}.`);
  return send(ctx);
}
