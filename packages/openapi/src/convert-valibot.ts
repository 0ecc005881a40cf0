import type { JsonSchema } from './document.ts';
import type { Conversion } from './convert-schema.ts';

interface Override {
  readonly valibotSchema: { readonly type: string };
  readonly jsonSchema: JsonSchema;
  readonly errors?: readonly string[] | undefined;
}
/** `toJsonSchema` of `@valibot/to-json-schema`. */
export type ValibotToJsonSchema = (schema: unknown, options: object) => JsonSchema;

/** Converts a schema of Valibot. */
export function convertValibot(
  toJsonSchema: ValibotToJsonSchema,
  { schema, direction, onLoss }: Conversion,
): JsonSchema {
  return toJsonSchema(schema, {
    typeMode: direction,
    target: 'draft-2020-12',
    errorMode: 'ignore',
    overrideSchema: ({ valibotSchema: { type }, errors, jsonSchema }: Override) => {
      if (type === 'date') return { ...jsonSchema, type: 'string', format: 'date-time' };
      if (type === 'file' || type === 'blob') return { ...jsonSchema, type: 'string', format: 'binary' };
      if (errors && errors.length > 0 && Object.keys(jsonSchema).length === 0) onLoss(`a ${type}`, '');
      return undefined;
    },
  });
}
