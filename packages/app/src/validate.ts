import type { BodyMap, ResponseMap, Schema } from '@blaizejs/types';

import type { Validated } from './json-pointer.ts';

/** Checks a value. Returns a promise only if the schema is asynchronous. */
export function validate(schema: Schema, value: unknown): Validated | Promise<Validated> {
  return schema['~standard'].validate(value);
}

/** Whether this is a single schema, rather than one per status or media type. */
export function isSchema(value: Schema | BodyMap | ResponseMap): value is Schema {
  return '~standard' in value;
}
