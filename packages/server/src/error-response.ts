import { type RequestContext, RequestAbortedError } from '@blaizejs/context';
import { HttpError, toError, toProblem } from '@blaizejs/errors';
import type { Exchange } from '@blaizejs/types';

import { errorPage } from './error-page.ts';
import { send } from './send.ts';

/** What answering errors needs to know of the server. */
export interface ErrorSettings {
  /** Whether the cause of a 500 is kept from clients. */
  readonly production: boolean;
  /** Is told of every error that is the server's own fault. */
  report(error: Error): void;
}

/**
 * Answers with problem details (RFC 9457), or in development with a page where a browser asks. Header fields that
 * were set before stay, except for those that describe content. Where the head is out already, the stream is reset:
 * an answer that is broken off must not look complete.
 */
export function sendError(
  ctx: RequestContext,
  exchange: Exchange,
  thrown: unknown,
  settings: ErrorSettings,
): void {
  const error = toError(thrown);
  if (exchange.aborted || error instanceof RequestAbortedError) return exchange.abort();

  const http = error instanceof HttpError ? error : undefined;
  const status = http?.status ?? 500;
  if (status >= 500)
    ctx.log.error({ err: error, method: exchange.method, path: ctx.request.path }, error.message);
  if (status === 500) settings.report(error);
  if (exchange.responded) return exchange.abort(error);

  const { response, request } = ctx;
  const problem = toProblem(error, { correlationId: request.correlationId, production: settings.production });
  response.reset();
  response.status(status).header('x-correlation-id', request.correlationId);
  response.headers(http?.headers ?? {});
  if (!settings.production && prefersHtml(request.header('accept'))) {
    response.html(errorPage(problem, error)).header('vary', 'accept');
  } else {
    response.json(problem).type('application/problem+json');
  }
  void send(ctx, exchange);
}

// Browsers name text/html first; API clients name JSON or say */*.
function prefersHtml(accept = ''): boolean {
  const html = accept.indexOf('text/html');
  const json = accept.search(/application\/(?:[\w.-]+\+)?json/);
  return html !== -1 && (json === -1 || html < json);
}
