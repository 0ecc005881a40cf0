import {
  isContent,
  isJson,
  type MediaType,
  type RequestContext,
  unsupportedType,
} from '@blaizejs/context/internal';
import { isPromise } from '@blaizejs/middleware/internal';
import type { BodyMap, Schema } from '@blaizejs/types';

import { canRead, covers, type Readers, readTypesOf } from './body-types.ts';
import { FieldIssues } from './field-issues.ts';
import { isSchema, validate } from './validate.ts';

/** How a body of one media type is read, and the schema that checks it. */
export interface BodyChoice {
  readonly schema: Schema;
  /** @throws UnsupportedMediaTypeError and the like, before anything is read */
  read(ctx: RequestContext, type: MediaType): Promise<unknown>;
}

/** Chooses by the type of the request. @throws UnsupportedMediaTypeError if there is nothing for it */
export type ChooseBody<T extends BodyChoice> = (ctx: RequestContext, type: MediaType) => T;

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

/** Compiles the choice. @param readers for types other than JSON, forms and text */
export function chooserOf<T extends BodyChoice>(
  choices: ReadonlyMap<string | undefined, T>,
  readers: Readers,
): ChooseBody<T> {
  const only = choices.get(undefined);
  if (only) return () => only;
  const byType = choices as ReadonlyMap<string, T>;
  const ranges = [...byType].filter(([type]) => type.endsWith('/*'));
  const [first] = byType.values();
  const types = [...byType].flatMap(([type, { schema }]) => readTypesOf(type, schema, readers));
  return ({ exchange }, type) => {
    const { essence } = type;
    const found =
      byType.get(essence) ??
      (isJson(essence) ? byType.get(JSON_TYPE) : undefined) ??
      (LINES_TOO.includes(essence) ? byType.get(LINES) : undefined) ??
      ranges.find(([range, { schema }]) => covers(range, essence) && canRead(essence, schema, readers))?.[1];
    if (found) return found;
    // Without a body there is nothing that could have the wrong type.
    if (first && !exchange.hasBody) return first;
    throw unsupportedType(type, types);
  };
}

function choiceOf(schema: Schema): BodyChoice {
  if (!isContent(schema)) return { schema, read: ({ request }, type) => request.readBody(type) };
  const content = schema['~content'];
  if (content.kind !== 'lines') return { schema, read: ({ request }) => request.bytes() };
  const { item, lineLimit } = content;
  return {
    schema,
    // Not an async function: what refuses the body is thrown before anything is read.
    read: ({ request }) => Promise.resolve(checkedLines(request.jsonLines(lineLimit), item as Schema)),
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
