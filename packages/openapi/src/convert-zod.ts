import type { JsonSchema } from './document.ts';
import type { Conversion } from './convert-schema.ts';

// The parts of zod's own schemas that are looked at.
interface ZodNode {
  readonly _zod: { readonly def: { readonly type: string; readonly catchall?: unknown } };
}
interface Override {
  readonly zodSchema: ZodNode;
  readonly jsonSchema: JsonSchema;
  readonly path: readonly (string | number)[];
}
/** `toJSONSchema` of zod 4. */
export type ToJsonSchema = (schema: unknown, options: object) => JsonSchema;

const UNKNOWN_TO_JSON = new Set([
  'bigint',
  'symbol',
  'undefined',
  'void',
  'map',
  'set',
  'transform',
  'nan',
  'custom',
  'function',
  'promise',
]);

/** Converts a schema of zod 4, classic or mini. */
export function convertZod(
  toJsonSchema: ToJsonSchema,
  { schema, direction, onLoss }: Conversion,
): JsonSchema {
  return toJsonSchema(schema, {
    io: direction,
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema, path }: Override) => {
      const { type, catchall } = zodSchema._zod.def;
      if (type === 'date' && jsonSchema['type'] === undefined) {
        Object.assign(jsonSchema, { type: 'string', format: 'date-time' });
      } else if (type === 'file') {
        // zod says `binary`, which is no encoding of JSON Schema.
        delete jsonSchema['contentEncoding'];
      } else if (type === 'object' && direction === 'output' && catchall === undefined) {
        // It strips what it does not know, and is not strict: clients should accept what a later version adds.
        delete jsonSchema['additionalProperties'];
      } else if (UNKNOWN_TO_JSON.has(type) && jsonSchema['type'] === undefined && !('$ref' in jsonSchema)) {
        onLoss(`a ${type}`, path.filter((key) => key !== 'properties').join('.'));
      }
    },
  });
}
