import type { Schema } from '@blaizejs/types';

import type { Validated } from './json-pointer.ts';

/** Checks a value. Returns a promise only if the schema is asynchronous. */
export function validate(schema: Schema, value: unknown): Validated | Promise<Validated> {
  return schema['~standard'].validate(value);
}
