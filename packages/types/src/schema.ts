import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * Any schema that follows [Standard Schema](https://standardschema.dev): zod, Valibot, ArkType and others.
 *
 * @typeParam Input what goes in
 * @typeParam Output what comes out, with defaults filled in and values coerced
 */
export type Schema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/** What a schema accepts. */
export type SchemaInput<S extends Schema> = StandardSchemaV1.InferInput<S>;

/** What a schema gives. */
export type SchemaOutput<S extends Schema> = StandardSchemaV1.InferOutput<S>;
