import type { HttpError } from '@blaizejs/errors';
import { toProblem } from '@blaizejs/errors/internal';
import type { HookContext } from '@blaizejs/types';

/** Headers that describe content which is not sent (RFC 9110 section 15.4.5). `Content-Location` stays. */
export const CONTENT_HEADERS: readonly string[] = [
  'accept-ranges',
  'content-digest',
  'content-disposition',
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-range',
  'content-type',
  'digest',
  'repr-digest',
];

/** Replaces the answer by an error, in a hook. If the hook threw it, those further out would not run. */
export function answerProblem({ request, response }: HookContext, error: HttpError): void {
  for (const name of [...CONTENT_HEADERS, 'cache-control', 'etag', 'expires', 'last-modified']) {
    response.header(name, undefined);
  }
  const problem = toProblem(error, { correlationId: request.correlationId, production: true });
  response.json(problem).type('application/problem+json').status(error.status);
}
