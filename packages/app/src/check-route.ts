import type { ConfigurationProblem } from '@blaizejs/errors';
import type { RouteCheck } from '@blaizejs/router/internal';
import type { BodyMap, BodyReader, Schema } from '@blaizejs/types';

import { mergeReaders, readTypesOf } from './body-types.ts';
import { fieldNamesOf } from './schema-view.ts';
import { isSchema } from './validate.ts';

declare const BLAIZE_WITHOUT_SCHEMA: true | undefined;

/** Finds schemas that no request could pass. @param readers those of the app */
export const routeCheckOf: (readers: ReadonlyMap<string, BodyReader> | undefined) => RouteCheck | undefined =
  typeof BLAIZE_WITHOUT_SCHEMA === 'undefined' ? checkOf : () => undefined;

function checkOf(readers: ReadonlyMap<string, BodyReader> | undefined): RouteCheck {
  return ({ schema: { headers, body } = {}, bodyReaders }) => [
    ...(headers ? headerProblems(headers) : []),
    ...(body && !isSchema(body) ? bodyProblems(body, mergeReaders(readers, bodyReaders)) : []),
  ];
}

function headerProblems(schema: Schema): ConfigurationProblem[] {
  return fieldNamesOf(schema)
    .filter((name) => name !== name.toLowerCase())
    .map((name) => ({
      path: 'schema.headers',
      received: name,
      expected: `${JSON.stringify(name.toLowerCase())}, as header names reach a schema in lower case`,
    }));
}

function bodyProblems(
  body: BodyMap,
  readers: ReadonlyMap<string, BodyReader> | undefined,
): ConfigurationProblem[] {
  return Object.entries(body)
    .filter(([type, schema]) => readTypesOf(type, schema, readers).length === 0)
    .map(([type]) => ({
      path: 'schema.body',
      received: type,
      expected: 'media types that can be read: JSON, forms, text, and those with a reader',
      suggestion: adviceFor(type),
    }));
}

function adviceFor(type: string): string {
  if (type === 'multipart/form-data')
    return "Add a reader: bodyReaders: { 'multipart/form-data': multipart() }, of @blaizejs/multipart.";
  if (/^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines)$/.test(type))
    return 'Wrap the schema of a line: ndjson(…).';
  const example = type.endsWith('/*') ? `${type.slice(0, -1)}…` : type;
  return `Add a reader: bodyReaders: { '${example}': … }; or use content('${type}'), which gives you the bytes.`;
}
