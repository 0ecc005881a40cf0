import { type RequestContext, RequestAbortedError } from '@blaizejs/context/internal';
import { HttpError } from '@blaizejs/errors';
import { toError, toProblem } from '@blaizejs/errors/internal';

import { developmentTools } from './development-tools.ts';
import type { LimitHits } from './limits.ts';
import { send } from './send.ts';

/** What answering errors needs to know of the server. */
export interface ErrorSettings {
  /** Whether the cause of a 500 is kept from clients. */
  readonly production: boolean;
  readonly hits: LimitHits;
  /** Is told of every error that is the server's own fault. */
  report(error: Error): void;
}

/**
 * Answers with problem details (RFC 9457), or in development with a page where a browser asks. Header fields that
 * were set before stay, except for those that describe content. Where the head is out already, the stream is reset:
 * an answer that is broken off must not look complete.
 */
export function sendError(ctx: RequestContext, thrown: unknown, settings: ErrorSettings): void {
  const { exchange } = ctx;
  // It took too long, and was answered for that: what it does when it hears of that is no news.
  if (ctx.request.abandoned && exchange.responded) return;
  try {
    const error = toError(thrown);
    ctx.response.reset();
    if (exchange.aborted || error instanceof RequestAbortedError) return exchange.abort();
    report(ctx, error, settings);
    if (!exchange.responded) respond(ctx, error, settings);
    // One that was ended by other means, through `ctx.response.raw`, is complete all the same.
    else if (!exchange.rawResponse?.writableEnded) exchange.abort(error);
  } catch {
    // An error that can't even be told (its message throws, the log is full, a header field that was set before is
    // not valid): the client is not left waiting.
    if (exchange.responded) exchange.abort();
    else exchange.respond(500, { 'content-length': '0' }, null);
  }
}

function report(ctx: RequestContext, error: Error, settings: ErrorSettings): void {
  const fields = { err: error, method: ctx.request.method, path: ctx.request.path };
  if (error instanceof HttpError && error.limit !== undefined) settings.hits.hit(error.limit);
  if (!(error instanceof HttpError) || error.status === 500) {
    // First those who listen: a log may be full, and a message may throw.
    settings.report(error);
    ctx.log.error(fields, error.message);
  } else if (error.status > 501) {
    // What the app says on purpose, such as 503; a 501 is the client's doing.
    ctx.log.warn(fields, error.message);
  }
}

function respond(ctx: RequestContext, error: Error, settings: ErrorSettings): void {
  const { response, request } = ctx;
  const http = error instanceof HttpError ? error : undefined;
  const problem = toProblem(error, { correlationId: request.correlationId, production: settings.production });
  response.status(problem.status).header('x-correlation-id', request.correlationId);
  response.headers(http?.headers ?? {});
  const page = settings.production ? undefined : developmentTools()?.pageFor(ctx, problem, error);
  if (page) {
    response.html(page.html).headers(page.headers);
  } else {
    response.json(problem).type('application/problem+json');
  }
  void send(ctx);
}
