import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * Any schema that follows [Standard Schema](https://standardschema.dev): zod, Valibot, ArkType and others.
 *
 * @typeParam Input what goes in
 * @typeParam Output what comes out, with defaults filled in and values coerced
 */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/**
 * What the compiler requires of a schema that it infers. Comparing one with all of {@link Schema} would cost more than the
 * rest of a route; anything that is not a schema is refused when the route is loaded.
 */
export interface AnySchema {
  readonly '~standard': unknown;
}

// zod also has its types here: the same ones, at a third of the cost.
interface ZodSchema {
  readonly _zod: { readonly input: unknown; readonly output: unknown };
}

/** What a schema accepts. */
export type SchemaInput<S extends AnySchema> = S extends ZodSchema
  ? S['_zod']['input']
  : S extends Schema
    ? StandardSchemaV1.InferInput<S>
    : unknown;

/** What a schema returns. */
export type SchemaOutput<S extends AnySchema> = S extends ZodSchema
  ? S['_zod']['output']
  : S extends Schema
    ? StandardSchemaV1.InferOutput<S>
    : unknown;
