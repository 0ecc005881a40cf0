import type { RequestContext } from '@blaizejs/context/internal';
import { type FieldIssue, ValidationError } from '@blaizejs/errors';
import { isPromise } from '@blaizejs/middleware/internal';
import type { AnyRoute, Schema } from '@blaizejs/types';

import { type ListFields, listFieldsOf, wrapSingles } from './list-fields.ts';
import { type ResponseCheck, responseCheckOf } from './validate-response.ts';
import { toFieldIssues, validate, type Validated } from './validate.ts';

/** The end of a middleware chain. */
export type CompiledHandler = (ctx: RequestContext) => void | Promise<void>;

type Part = FieldIssue['in'];

interface CheckedPart {
  readonly part: Part;
  readonly schema: Schema;
  /** The fields where a single string is a list of one. */
  readonly lists: ListFields | undefined;
}

const FORM = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i;

/**
 * Compiles a route's schemas and handler to one function, which reads and checks the request, runs the handler, records
 * its answer and checks that. Parts that a route lacks cost nothing, and the function is synchronous if it can be.
 *
 * @param name for the error about an answer that does not match its schema: `GET /users/:id`
 * @param onMisfit what to do with such an answer
 */
export function compileHandler(
  name: string,
  route: AnyRoute,
  onMisfit: 'error' | 'log' | false = 'error',
): CompiledHandler {
  const { params, query, body, response } = route.schema ?? {};
  const handle: CompiledHandler = (ctx) => {
    // The schemas have turned the parts into what the handler's type expects.
    const result = route.handler(ctx as never);
    return isPromise(result) ? answerLater(ctx, result) : ctx.response.answer(result);
  };
  const check = response && onMisfit !== false ? responseCheckOf(name, response, onMisfit) : undefined;
  const answer = check ? withAnswerChecked(check, handle) : handle;

  const parts = Object.entries({ params, query, body }).flatMap(([name, schema]): CheckedPart[] => {
    if (schema === undefined || !('~standard' in schema)) return [];
    const part = name as Part;
    return [{ part, schema, lists: part === 'params' ? undefined : listFieldsOf(schema) }];
  });
  return parts.length === 0 ? answer : withRequestChecked(parts, answer);
}

async function answerLater(ctx: RequestContext, result: PromiseLike<unknown>): Promise<void> {
  ctx.response.answer(await result);
}

function withRequestChecked(parts: readonly CheckedPart[], next: CompiledHandler): CompiledHandler {
  const asynchronous = parts.some(({ part }) => part === 'body');
  const check = (ctx: RequestContext, body: unknown): void | Promise<void> => {
    const issues: FieldIssue[] = [];
    const pending: Promise<void>[] = [];
    for (const { part, schema, lists } of parts) {
      const settle = (result: Validated): void => {
        if (result.issues) issues.push(...toFieldIssues(part, result.issues));
        else ctx.request[part] = result.value as never;
      };
      const given = part === 'body' ? body : ctx.request[part];
      const result = validate(schema, lists && isFromStrings(part, ctx) ? wrapSingles(given, lists) : given);
      if (isPromise(result)) pending.push(Promise.resolve(result).then(settle));
      else settle(result);
    }
    const end = (): void | Promise<void> => {
      if (issues.length > 0) throw new ValidationError(issues);
      return next(ctx);
    };
    return pending.length > 0 ? Promise.all(pending).then(end) : end();
  };
  return asynchronous
    ? (ctx) => ctx.request.readBody().then((body) => check(ctx, body))
    : (ctx) => check(ctx, undefined);
}

/** Whether a part arrived as names and strings, where one value looks like a list of one. */
function isFromStrings(part: Part, { request }: RequestContext): boolean {
  return part === 'query' || FORM.test(request.header('content-type') ?? '');
}

function withAnswerChecked(check: ResponseCheck, handle: CompiledHandler): CompiledHandler {
  return (ctx) => {
    const handled = handle(ctx);
    return isPromise(handled) ? handled.then(() => check(ctx)) : check(ctx);
  };
}
