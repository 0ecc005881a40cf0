import { isContent, logError, type RequestContext } from '@blaizejs/context/internal';
import { InternalServerError } from '@blaizejs/errors';
import { isPromise } from '@blaizejs/middleware/internal';
import type { ResponseMap, Schema } from '@blaizejs/types';

import { contentAnswerOf } from './content-answer.ts';
import { toFieldIssues } from './field-issues.ts';
import type { Issue, Validated } from './json-pointer.ts';
import { isSchema, validate } from './validate.ts';

/** Checks an answer, and replaces it with the output of its schema. */
export type ResponseCheck = (ctx: RequestContext) => void | Promise<void>;

/**
 * Compiles the response schemas of a route: one for every 2xx, or one per status. Bytes, streams, and a `Response` with a body
 * are only checked by `content()` and the like.
 *
 * @param name of the route: `GET /users/:id`
 * @param onMisfit `error` throws an InternalServerError `ERR_BLAIZE_RESPONSE_SCHEMA`; `log` only logs it; with `false`, answers
 *   are only encoded as `ndjson()` and the like ask
 * @returns undefined if there is nothing to do
 */
export function responseCheckOf(
  name: string,
  response: Schema | ResponseMap,
  onMisfit: 'error' | 'log' | false,
): ResponseCheck | undefined {
  const contents = schemasOf(response).filter(isContent);
  if (onMisfit === false && contents.length === 0) return undefined;
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
  const contentAnswers = new Map<Schema | null | 'any' | undefined, ReturnType<typeof contentAnswerOf>>(
    contents.map((each) => [each, contentAnswerOf(each, onMisfit === false ? undefined : misfit, inWords)]),
  );
  return (ctx) => {
    const { response } = ctx;
    const schema = schemaFor(response.statusCode);
    const answerContent = contentAnswers.size > 0 ? contentAnswers.get(schema) : undefined;
    if (answerContent && response.kind !== 'none') return answerContent(ctx);
    if (onMisfit === false || (response.kind !== 'none' && !response.holdsValue)) return;
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
      misfit(ctx, inWords(result.issues, response.body));
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

function schemasOf(response: Schema | ResponseMap): Schema[] {
  return isSchema(response) ? [response] : Object.values(response).filter((schema) => schema !== null);
}

const MAX_SHOWN = 20;

/** What is wrong with an answer, without the secrets that it has. */
export function inWords(issues: readonly Issue[], given: unknown): string {
  const found = issues
    .slice(0, MAX_SHOWN)
    .flatMap((issue) => toFieldIssues('body', issue, given, MAX_SHOWN + 1));
  const shown = found
    .slice(0, MAX_SHOWN)
    .map(({ pointer, message }) => `${pointer || 'the whole'}: ${message}`)
    .join('; ');
  if (issues.length > MAX_SHOWN) return `${shown}; and ${issues.length - MAX_SHOWN} more`;
  return found.length > MAX_SHOWN ? `${shown}; and more` : shown;
}
