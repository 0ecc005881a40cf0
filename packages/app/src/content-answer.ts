import { isBlob, parseMediaType, type RequestContext, toJsonLines } from '@blaizejs/context/internal';
import { isPromise } from '@blaizejs/middleware/internal';
import type { ContentSchema, Schema } from '@blaizejs/types';

import { covers } from './body-types.ts';
import type { Issue, Validated } from './json-pointer.ts';
import { validate } from './validate.ts';

/** What to do about a problem with an answer: throw, or log it. */
export type Misfit = (ctx: RequestContext, problem: string) => void;
/** Puts the problems of a value in words. */
export type InWords = (issues: readonly Issue[], given: unknown) => string;

/**
 * Compiles what `content()`, `ndjson()` and `events()` ask of an answer: its type, and for lines also their encoding.
 *
 * @param misfit undefined if answers are not checked
 */
export function contentAnswerOf(
  schema: ContentSchema,
  misfit: Misfit | undefined,
  inWords: InWords,
): (ctx: RequestContext) => void {
  const { kind, type, item } = schema['~content'];
  return (ctx) => {
    const { response } = ctx;
    if (kind === 'lines' && !response.asIs) {
      if (!isIterable(response.body)) {
        misfit?.(ctx, `it can't be iterated, and is to be sent as ${type}`);
        return;
      }
      response.replaceByStream(toJsonLines(response.body, lineOf(ctx, item as Schema, misfit, inWords)));
    } else if (response.kind === 'json' || (response.holdsValue && typeof response.body !== 'string')) {
      misfit?.(ctx, `it is a value, and is to be sent as ${type}: return bytes, text or a stream`);
      return;
    }
    setType(ctx, type, misfit);
  };
}

/** Sets the type of an answer that has none, and compares the one that it has. */
function setType(ctx: RequestContext, expected: string, misfit: Misfit | undefined): void {
  const { response } = ctx;
  const { body } = response;
  const ofBlob = typeof body === 'object' && body !== null && isBlob(body) ? body.type : '';
  const given = response.get('content-type') ?? (ofBlob || undefined);
  if (given !== undefined) {
    if (!covers(expected, parseMediaType(given).essence))
      misfit?.(ctx, `its type is ${given}, not ${expected}`);
  } else if (expected.endsWith('/*')) {
    misfit?.(ctx, `it has no type: set one of ${expected}`);
  } else {
    const isText = typeof body === 'string' && expected.startsWith('text/');
    response.type(isText ? `${expected}; charset=utf-8` : expected);
  }
}

function lineOf(
  ctx: RequestContext,
  item: Schema,
  misfit: Misfit | undefined,
  inWords: InWords,
): (value: unknown) => string | Promise<string> {
  if (!misfit) return toJson;
  let line = 0;
  return (value) => {
    line += 1;
    const settle = (result: Validated): string => {
      if (!result.issues) return toJson(result.value);
      misfit(ctx, `line ${line}: ${inWords(result.issues, value)}`);
      return toJson(value);
    };
    const result = validate(item, value);
    return isPromise(result) ? Promise.resolve(result).then(settle) : settle(result);
  };
}

const stringify: (value: unknown) => string | undefined = JSON.stringify;

function toJson(value: unknown): string {
  return stringify(value) ?? 'null';
}

function isIterable(value: unknown): value is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}
