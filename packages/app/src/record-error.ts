import { logError, loggedPath, type RequestContext } from '@blaizejs/context/internal';
import type { ProblemDetails } from '@blaizejs/errors';
import { readHttpError, toProblem } from '@blaizejs/errors/internal';
import type { HeaderFields } from '@blaizejs/types';

import { isAftermath } from './is-aftermath.ts';
import type { LimitHits } from './limit-hits.ts';

/** What is needed from the app to answer errors. */
export interface ErrorSettings {
  /** Whether to hide the cause of a 500 from clients. */
  readonly production: boolean;
  readonly hits: LimitHits;
  /** Called with every error that is the server's fault. */
  report(error: Error): void;
  /** In development, renders an error page for browsers. */
  pageFor?(ctx: RequestContext, problem: ProblemDetails, error: Error): ErrorPage | undefined;
}

/** A page that shows an error. */
export interface ErrorPage {
  readonly html: string;
  readonly headers: HeaderFields;
}

/** Counts an error, and if it is the server's fault, logs it and passes it to listeners. Never throws. */
export function reportError(ctx: RequestContext, error: Error, settings: ErrorSettings): void {
  const http = readHttpError(error);
  if (http?.limit !== undefined) settings.hits.hit(http.limit);
  logFault(ctx, error, settings, error.message);
}

/**
 * Reports an error that can't be answered, because the client has left or was already told that it took too long. Errors
 * that only follow from that are not reported. Never throws.
 *
 * @param after what had happened before: `its client had left`
 */
export function reportUnanswered(
  ctx: RequestContext,
  error: Error,
  settings: ErrorSettings,
  after: string,
): void {
  if (isAftermath(error, ctx)) return;
  const { method } = ctx.request;
  logFault(
    ctx,
    error,
    settings,
    `${method} ${loggedPath(ctx.request)} failed after ${after}: ${error.message}`,
  );
}

function logFault(ctx: RequestContext, error: Error, settings: ErrorSettings, message: string): void {
  const status = readHttpError(error)?.status ?? 500;
  // An app answers 502 and above on purpose; a 501 is the client's fault.
  if (status < 500 || status === 501) return;
  if (status === 500) settings.report(error);
  const { method } = ctx.request;
  const fields = { method, path: loggedPath(ctx.request) };
  logError(() => ctx.log, status === 500 ? 'error' : 'warn', error, message, fields);
}

/**
 * Records an error as the answer: as problem details (RFC 9457), or in development as a page for browsers. Headers that
 * were already set are kept, except for those that describe the content.
 */
export function recordError(ctx: RequestContext, error: Error, settings: ErrorSettings): void {
  const { response } = ctx;
  const problem = recordErrorHead(ctx, error, settings);
  const page = settings.production ? undefined : settings.pageFor?.(ctx, problem, error);
  if (page) {
    response.html(page.html).headers(page.headers);
  } else {
    response.json(problem).type('application/problem+json');
  }
}

/** Records the status and the headers of an error as the answer. @returns its problem details */
export function recordErrorHead(ctx: RequestContext, error: Error, settings: ErrorSettings): ProblemDetails {
  const { response, request } = ctx;
  response.reset();
  const { correlationId } = request;
  const problem = toProblem(error, { correlationId, production: settings.production });
  response.status(problem.status).header('x-correlation-id', correlationId);
  const headers = readHttpError(error)?.headers;
  if (headers) response.headers(headers);
  return problem;
}
