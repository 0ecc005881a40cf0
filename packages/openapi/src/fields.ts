import { isObject } from '@blaizejs/errors/internal';
import type { JsonSchema } from './document.ts';

/** One property of an object, in all forms that it may have. */
export interface Field {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}

/** The properties of an object schema. */
export interface Fields {
  readonly fields: readonly Field[];
  /** The schema of properties without a name. */
  readonly rest: JsonSchema | undefined;
}

type Follow = (schema: JsonSchema) => JsonSchema;

// A schema may contain itself.
const MAX_DEPTH = 16;

/**
 * Finds the properties of a schema: those of all parts of an intersection, and of any member of a union.
 *
 * @param follow returns what a reference leads to
 */
export function fieldsOf(schema: JsonSchema, follow: Follow, depth = 0): Fields {
  const { properties, required, additionalProperties, allOf, anyOf, oneOf } = follow(schema);
  const needed = new Set(Array.isArray(required) ? required : []);
  const own: Field[] = Object.entries(isObject(properties) ? properties : {}).map(([name, each]) => ({
    name,
    schema: isObject(each) ? each : {},
    required: needed.has(name),
  }));
  const rest =
    isObject(additionalProperties) && Object.keys(additionalProperties).length > 0
      ? additionalProperties
      : undefined;
  if (depth > MAX_DEPTH) return { fields: own, rest };
  const partsOf = (list: unknown): Fields[] =>
    (Array.isArray(list) ? list : []).filter(isObject).map((part) => fieldsOf(part, follow, depth + 1));
  const all = partsOf(allOf);
  const any = [...partsOf(anyOf), ...partsOf(oneOf)];
  const merged = new Map<string, Field>();
  for (const field of [...own, ...all.flatMap(({ fields }) => fields)]) {
    const before = merged.get(field.name);
    merged.set(field.name, before ? { ...before, required: before.required || field.required } : field);
  }
  for (const name of new Set(any.flatMap(({ fields }) => fields.map((field) => field.name)))) {
    if (merged.has(name)) continue;
    const members = any.map(({ fields }) => fields.find((field) => field.name === name));
    const schemas = members.flatMap((field) => (field ? [field.schema] : []));
    const distinct = [...new Map(schemas.map((each) => [JSON.stringify(each), each])).values()];
    merged.set(name, {
      name,
      schema: distinct.length === 1 && distinct[0] ? distinct[0] : { anyOf: distinct },
      required: members.every((field) => field?.required === true),
    });
  }
  return { fields: [...merged.values()], rest: rest ?? [...all, ...any].find((part) => part.rest)?.rest };
}
