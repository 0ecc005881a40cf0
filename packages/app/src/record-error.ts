import type { RequestContext } from '@blaizejs/context/internal';
import { HttpError, type ProblemDetails } from '@blaizejs/errors';
import { toProblem } from '@blaizejs/errors/internal';
import type { HeaderFields } from '@blaizejs/types';

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

/** Counts and logs an error, and tells those who listen, by whose fault it is. */
export function reportError(ctx: RequestContext, error: Error, settings: ErrorSettings): void {
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
  if (error instanceof HttpError) response.headers(error.headers);
  const page = production ? undefined : settings.pageFor?.(ctx, problem, error);
  if (page) {
    response.html(page.html).headers(page.headers);
  } else {
    response.json(problem).type('application/problem+json');
  }
}
