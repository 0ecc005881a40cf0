import { logError, type RequestContext } from '@blaizejs/context/internal';
import { InternalServerError } from '@blaizejs/errors';
import { isPromise } from '@blaizejs/middleware/internal';
import type { ResponseMap, Schema } from '@blaizejs/types';

import { pathOf, validate, type Validated } from './validate.ts';

/** Checks an answer, and replaces it with the output of its schema. */
export type ResponseCheck = (ctx: RequestContext) => void | Promise<void>;

/**
 * Compiles the response schemas of a route: one for every 2xx, or one per status. Bytes, streams, and a `Response` with a body
 * are not checked.
 *
 * @param name of the route: `GET /users/:id`
 * @param onMisfit `error` throws an InternalServerError `ERR_BLAIZE_RESPONSE_SCHEMA`; `log` only logs it
 */
export function responseCheckOf(
  name: string,
  response: Schema | ResponseMap,
  onMisfit: 'error' | 'log',
): ResponseCheck {
  const schemaFor = toLookup(response);
  const misfit = (ctx: RequestContext, problem: string): void => {
    const error = new InternalServerError(
      `The answer of ${name} does not match its response schema: ${problem}`,
      {
        code: 'ERR_BLAIZE_RESPONSE_SCHEMA',
      },
    );
    if (onMisfit === 'error') throw error;
    logError(() => ctx.log, 'error', error, error.message);
  };
  return (ctx) => {
    const { response } = ctx;
    if (response.kind !== 'none' && !response.holdsValue) return;
    const schema = schemaFor(response.statusCode);
    if (schema === undefined) {
      return misfit(ctx, `there is none for status ${response.statusCode}`);
    }
    if (schema === 'any') return;
    if (schema === null) {
      return response.kind === 'none'
        ? undefined
        : misfit(ctx, `a ${response.statusCode} has no content, and some was given`);
    }
    if (response.kind === 'none') return;
    const settle = (result: Validated): void => {
      if (!result.issues) return response.replaceBody(result.value);
      misfit(
        ctx,
        result.issues.map((issue) => `${pathOf(issue) || 'the whole'}: ${issue.message}`).join('; '),
      );
    };
    const result = validate(schema, response.body);
    return isPromise(result) ? Promise.resolve(result).then(settle) : settle(result);
  };
}

/** By status: its schema, `null` for no content, `any` if it is not checked; undefined if the status is not allowed. */
function toLookup(response: Schema | ResponseMap): (status: number) => Schema | null | 'any' | undefined {
  if (isSchema(response)) return (status) => (status > 299 ? 'any' : response);
  const byStatus = new Map(Object.entries(response).map(([status, schema]) => [Number(status), schema]));
  // Redirects need no schema.
  return (status) => (byStatus.has(status) || status < 300 || status > 399 ? byStatus.get(status) : 'any');
}

/** Whether this is a single schema rather than one per status. */
export function isSchema(response: Schema | ResponseMap): response is Schema {
  return '~standard' in response;
}
