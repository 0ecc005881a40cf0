import type { RequestContext } from '@blaizejs/context';
import { type FieldIssue, InternalServerError, ValidationError } from '@blaizejs/errors';
import type { AnyRoute, Schema } from '@blaizejs/types';

import { pathOf, toFieldIssues, validate } from './validate.ts';

/** What stands at the end of a middleware chain. */
export type CompiledHandler = (ctx: RequestContext) => void | Promise<void>;

type Part = FieldIssue['in'];

/**
 * Makes one function of a route's schemas and handler: reads and checks the request, runs the handler, records its
 * answer, checks that. What a route does not have costs nothing, and stays synchronous.
 *
 * @param name shown when an answer does not fit: `GET /users/:id`
 */
export function compileHandler(name: string, route: AnyRoute): CompiledHandler {
  const { params, query, body, response } = route.schema ?? {};
  const handle: CompiledHandler = (ctx) => {
    // The schemas have made of the parts what the handler's type says.
    const result = route.handler(ctx as never);
    return isPromise(result) ? answerLater(ctx, result) : ctx.response.answer(result);
  };
  const answer = response ? withAnswerChecked(name, response, handle) : handle;

  const parts = Object.entries({ params, query, body }).filter(
    (part): part is [Part, Schema] => part[1] !== undefined,
  );
  return parts.length === 0 ? answer : withRequestChecked(parts, answer);
}

async function answerLater(ctx: RequestContext, result: PromiseLike<unknown>): Promise<void> {
  ctx.response.answer(await result);
}

function withRequestChecked(parts: [Part, Schema][], next: CompiledHandler): CompiledHandler {
  const asynchronous = parts.some(([part]) => part === 'body');
  const check = (ctx: RequestContext, content: unknown): void | Promise<void> => {
    const issues: FieldIssue[] = [];
    const pending: Promise<void>[] = [];
    for (const [part, schema] of parts) {
      const settle = (result: Awaited<ReturnType<typeof validate>>): void => {
        if (result.issues) issues.push(...toFieldIssues(part, result.issues));
        else ctx.request[part] = result.value as never;
      };
      const result = validate(schema, part === 'body' ? content : ctx.request[part]);
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
    ? (ctx) => ctx.request.content().then((content) => check(ctx, content))
    : (ctx) => check(ctx, undefined);
}

function withAnswerChecked(name: string, schema: Schema, handle: CompiledHandler): CompiledHandler {
  const check = (ctx: RequestContext): void | Promise<void> => {
    const { response } = ctx;
    if (!response.holdsValue || response.statusCode > 299) return;
    const settle = (result: Awaited<ReturnType<typeof validate>>): void => {
      if (!result.issues) return response.replaceBody(result.value);
      const issues = result.issues.map((issue) => `${pathOf(issue) || 'the whole'}: ${issue.message}`);
      throw new InternalServerError(
        `The answer of ${name} does not fit its response schema: ${issues.join('; ')}`,
        {
          code: 'ERR_BLAIZE_RESPONSE_SCHEMA',
        },
      );
    };
    const result = validate(schema, response.body);
    return isPromise(result) ? Promise.resolve(result).then(settle) : settle(result);
  };
  return (ctx) => {
    const handled = handle(ctx);
    return isPromise(handled) ? handled.then(() => check(ctx)) : check(ctx);
  };
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === 'function';
}
