import { logError, type RequestContext } from '@blaizejs/context/internal';
import type { ProblemDetails } from '@blaizejs/errors';
import { readHttpError, toProblem } from '@blaizejs/errors/internal';
import type { HeaderFields } from '@blaizejs/types';

import { isAftermath } from './is-aftermath.ts';
import type { LimitHits } from './limit-hits.ts';

/** What answering errors needs to know of the app. */
export interface ErrorSettings {
  /** Whether the cause of a 500 is kept from clients. */
  readonly production: boolean;
  readonly hits: LimitHits;
  /** Is told of every error that is the server's own fault. */
  report(error: Error): void;
  /** Makes a page for a browser, in development. */
  pageFor?(ctx: RequestContext, problem: ProblemDetails, error: Error): ErrorPage | undefined;
}

/** A page that shows an error. */
export interface ErrorPage {
  readonly html: string;
  readonly headers: HeaderFields;
}

/** Counts and logs an error, and tells those who listen, by whose fault it is. Never throws. */
export function reportError(ctx: RequestContext, error: Error, settings: ErrorSettings): void {
  const http = readHttpError(error);
  if (http?.limit !== undefined) settings.hits.hit(http.limit);
  logFault(ctx, error, settings, error.message);
}

/**
 * Tells of an error that is nobody's answer any more: the client has left, or was told that it took too long. What only
 * passes that on is no news. Never throws.
 *
 * @param after what had happened by then: `its client had left`
 */
export function reportUnanswered(
  ctx: RequestContext,
  error: Error,
  settings: ErrorSettings,
  after: string,
): void {
  if (isAftermath(error, ctx)) return;
  const { method, path } = ctx.request;
  logFault(ctx, error, settings, `${method} ${path} failed after ${after}: ${error.message}`);
}

function logFault(ctx: RequestContext, error: Error, settings: ErrorSettings, message: string): void {
  const status = readHttpError(error)?.status ?? 500;
  // 502 and above are what the app says on purpose; a 501 is the client's doing.
  if (status < 500 || status === 501) return;
  if (status === 500) settings.report(error);
  const { method, path } = ctx.request;
  logError(() => ctx.log, status === 500 ? 'error' : 'warn', error, message, { method, path });
}

/**
 * Records an error as the answer: problem details (RFC 9457), or in development a page if a browser asks. Headers that
 * were set before stay, except for those that describe content.
 */
export function recordError(ctx: RequestContext, error: Error, settings: ErrorSettings): void {
  const { response, request } = ctx;
  const { production } = settings;
  response.reset();
  const problem = toProblem(error, { correlationId: request.correlationId, production });
  response.status(problem.status).header('x-correlation-id', request.correlationId);
  const headers = readHttpError(error)?.headers;
  if (headers) response.headers(headers);
  const page = production ? undefined : settings.pageFor?.(ctx, problem, error);
  if (page) {
    response.html(page.html).headers(page.headers);
  } else {
    response.json(problem).type('application/problem+json');
  }
}
