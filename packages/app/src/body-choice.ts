import {
  isContent,
  isJson,
  parseMediaType,
  type RequestContext,
  unsupportedType,
} from '@blaizejs/context/internal';
import { isPromise } from '@blaizejs/middleware/internal';
import type { BodyMap, Schema } from '@blaizejs/types';

import { covers } from './content-answer.ts';
import { FieldIssues } from './field-issues.ts';
import { isSchema, validate } from './validate.ts';

/** How a body of one media type is read, and the schema that checks it. */
export interface BodyChoice {
  readonly schema: Schema;
  /** @throws UnsupportedMediaTypeError and the like, before anything is read */
  read(ctx: RequestContext): Promise<unknown>;
}

/** Chooses by the type of the request. @throws UnsupportedMediaTypeError if there is nothing for it */
export type ChooseBody<T extends BodyChoice> = (ctx: RequestContext) => T;

const JSON_TYPE = 'application/json';
const LINES = 'application/x-ndjson';
// Other names for JSON lines.
const LINES_TOO = ['application/jsonl', 'application/ndjson', 'application/x-jsonlines'];

/** The ways to read the body of a route, by media type; one without a type is for all that can be read. */
export function bodyChoicesOf(body: Schema | BodyMap): Map<string | undefined, BodyChoice> {
  if (!isSchema(body)) {
    return new Map(Object.entries(body).map(([type, schema]) => [type, choiceOf(schema)]));
  }
  return new Map([[isContent(body) ? body['~content'].type : undefined, choiceOf(body)]]);
}

/** Compiles the choice. */
export function chooserOf<T extends BodyChoice>(choices: ReadonlyMap<string | undefined, T>): ChooseBody<T> {
  const only = choices.get(undefined);
  if (only) return () => only;
  const byType = choices as ReadonlyMap<string, T>;
  const ranges = [...byType].filter(([type]) => type.endsWith('/*'));
  const [first] = byType.values();
  return ({ request, exchange }) => {
    const given = request.header('content-type');
    const { essence } = parseMediaType(given ?? '');
    const found =
      byType.get(essence) ??
      (isJson(essence) ? byType.get(JSON_TYPE) : undefined) ??
      (LINES_TOO.includes(essence) ? byType.get(LINES) : undefined) ??
      ranges.find(([range]) => covers(range, essence))?.[1];
    if (found) return found;
    // Without a body there is nothing that could have the wrong type.
    if (first && !exchange.hasBody) return first;
    throw unsupportedType(given, [...byType.keys()]);
  };
}

function choiceOf(schema: Schema): BodyChoice {
  if (!isContent(schema)) return { schema, read: ({ request }) => request.readBody() };
  const { kind, item } = schema['~content'];
  if (kind !== 'lines') return { schema, read: ({ request }) => request.bytes() };
  return {
    schema,
    // Not an async function: what refuses the body is thrown before anything is read.
    read: ({ request }) => Promise.resolve(checkedLines(request.jsonLines(), item as Schema)),
  };
}

async function* checkedLines(
  lines: AsyncIterable<{ readonly line: number; readonly value: unknown }>,
  item: Schema,
): AsyncGenerator {
  let index = 0;
  for await (const { line, value } of lines) {
    const validating = validate(item, value);
    const result = isPromise(validating) ? await validating : validating;
    if (result.issues) {
      const found = new FieldIssues(`Line ${line}: `);
      found.add('body', result.issues, value, [index]);
      throw found.toError();
    }
    index += 1;
    yield result.value;
  }
}
