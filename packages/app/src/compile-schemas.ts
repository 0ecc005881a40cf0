import { parseMediaType, type RequestContext } from '@blaizejs/context/internal';
import { leftOut } from '@blaizejs/errors/internal';
import { isPromise } from '@blaizejs/middleware/internal';
import type { AnyRoute, BodyMap, Schema } from '@blaizejs/types';

import { bodyChoicesOf, chooserOf } from './body-choice.ts';
import type { Readers } from './body-types.ts';
import type { CompiledHandler } from './compile-handler.ts';
import { FieldIssues, type Part } from './field-issues.ts';
import type { Validated } from './json-pointer.ts';
import { type ListFields, listFieldsOf, wrapSingles } from './list-fields.ts';
import { validate } from './validate.ts';
import { type ResponseCheck, responseCheckOf } from './validate-response.ts';

declare const BLAIZE_WITHOUT_SCHEMA: true | undefined;

interface CheckedPart {
  readonly part: Part;
  readonly schema: Schema;
  /** The fields where a single string is a list of one. */
  readonly lists: ListFields | undefined;
}

const FORM = /^(?:application\/x-www-form-urlencoded|multipart\/form-data)\s*(?:;|$)/i;

/**
 * Compiles what the schemas of a route do around its handler.
 *
 * @param name for the error about an answer that does not match its schema: `GET /users/:id`
 * @param onMisfit what to do with such an answer
 * @param readers for bodies of other types than JSON, forms and text
 */
export const compileSchemas: typeof compile =
  typeof BLAIZE_WITHOUT_SCHEMA === 'undefined' ? compile : leftOut('schema');

function compile(
  schemas: NonNullable<AnyRoute['schema']>,
  handle: CompiledHandler,
  name: string,
  onMisfit: 'error' | 'log' | false,
  readers: Readers,
): CompiledHandler {
  const { params, query, headers, cookies, body, response } = schemas;
  const check = response && responseCheckOf(name, response, onMisfit);
  const answer = check ? withAnswerChecked(check, handle) : handle;

  const fixed = [
    ...partOf('params', params),
    ...partOf('query', query),
    ...partOf('headers', headers),
    ...partOf('cookies', cookies),
  ];
  if (body) return withBodyChecked(body, fixed, answer, readers);
  return fixed.length === 0 ? answer : (ctx) => checkParts(fixed, ctx, undefined, answer);
}

function partOf(part: Part, schema: Schema | undefined): CheckedPart[] {
  if (!schema) return [];
  return [{ part, schema, lists: part === 'query' || part === 'body' ? listFieldsOf(schema) : undefined }];
}

/** A body is read before anything is checked: one that can't be read is refused first. */
function withBodyChecked(
  body: Schema | BodyMap,
  fixed: readonly CheckedPart[],
  next: CompiledHandler,
  readers: Readers,
): CompiledHandler {
  const choices = [...bodyChoicesOf(body)].map(
    ([type, choice]) => [type, { ...choice, parts: [...fixed, ...partOf('body', choice.schema)] }] as const,
  );
  const choose = chooserOf(new Map(choices), readers);
  return (ctx) => {
    // Parsed once: it decides the schema, the reader and the charset.
    const type = parseMediaType(ctx.request.header('content-type'));
    const { parts, read } = choose(ctx, type);
    return read(ctx, type).then((content) => checkParts(parts, ctx, content, next));
  };
}

/** Checks all parts at once, and tells all of their problems. */
function checkParts(
  parts: readonly CheckedPart[],
  ctx: RequestContext,
  body: unknown,
  next: CompiledHandler,
): void | Promise<void> {
  const results: Validated[] = [];
  let pending: Promise<void>[] | undefined;
  try {
    let index = 0;
    for (const part of parts) {
      const result = validate(part.schema, givenTo(part, ctx, body));
      if (isPromise(result)) (pending ??= []).push(settle(result, results, index));
      else results[index] = result;
      index++;
    }
  } catch (error) {
    // Those that are under way may reject later, and nobody would be listening.
    if (pending) void Promise.allSettled(pending);
    throw error;
  }
  if (!pending) {
    accept(parts, results, ctx, body);
    return next(ctx);
  }
  return Promise.all(pending).then(() => {
    accept(parts, results, ctx, body);
    return next(ctx);
  });
}

async function settle(result: PromiseLike<Validated>, results: Validated[], index: number): Promise<void> {
  results[index] = await result;
}

function givenTo({ part, lists }: CheckedPart, ctx: RequestContext, body: unknown): unknown {
  const given = part === 'body' ? body : ctx.request.given(part);
  return lists && isFromStrings(part, ctx) ? wrapSingles(given, lists) : given;
}

/** Replaces the parts of a request with what their schemas made of them. @throws ValidationError with all problems */
function accept(
  parts: readonly CheckedPart[],
  results: readonly Validated[],
  ctx: RequestContext,
  body: unknown,
): void {
  let found: FieldIssues | undefined;
  let index = 0;
  for (const checked of parts) {
    const issues = results[index++]?.issues;
    if (issues) (found ??= new FieldIssues()).add(checked.part, issues, givenTo(checked, ctx, body));
  }
  if (found) throw found.toError();
  index = 0;
  for (const { part } of parts) {
    ctx.request.accept(part, (results[index++] as { readonly value: unknown }).value);
  }
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
