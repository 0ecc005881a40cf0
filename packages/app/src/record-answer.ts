import { isResponse, type RequestContext } from '@blaizejs/context/internal';

/**
 * Records what a handler returned as an answer with a status that was already set, unless the handler has set another.
 *
 * @param recorded how much had been recorded before the handler ran
 * @returns whether it has answered
 */
export function recordAnswer(ctx: RequestContext, value: unknown, recorded: number, status: number): boolean {
  const { response } = ctx;
  // Through `raw`.
  if (response.sent) return true;
  if ((value === undefined || value === null) && response.recorded === recorded) return false;
  response.answer(value);
  // A `Response` always has a status: 200 unless someone chose another.
  const isPlain = typeof value === 'object' && value !== null && isResponse(value) && value.status === 200;
  if (isPlain) response.status(status);
  return true;
}
