import { isObject } from '@blaizejs/errors/internal';

/** What a schema says about its input, as far as it can be asked. */
export interface SchemaNode {
  /** The keys of an object; undefined if it is none, or can't be asked. */
  readonly keys?: ReadonlyMap<string, SchemaNode>;
  /** Whether an object may have other keys. */
  readonly open?: boolean;
  /** The values of those other keys. */
  readonly rest?: SchemaNode;
  /** The items of a list. */
  readonly item?: SchemaNode;
  /** Types of JSON Schema: `number`, `boolean`. */
  readonly types: readonly string[];
  readonly description?: string;
  readonly fallback?: unknown;
  readonly options?: readonly unknown[];
  readonly required?: boolean;
}

const UNKNOWN: SchemaNode = { types: [] };
const MAX_DEPTH = 32;

/**
 * Describes the input of a schema: by [Standard JSON Schema](https://standardschema.dev/json-schema) where the
 * library has it (zod 4.2, ArkType 2.1.28), and by the `entries` of Valibot. Others remain unknown: then no key is
 * refused.
 */
export function describeSchema(schema: object): SchemaNode {
  const standard: unknown = Reflect.get(schema, '~standard');
  const converter: unknown = isLike(standard) ? standard['jsonSchema'] : undefined;
  const input: unknown = isLike(converter) ? converter['input'] : undefined;
  if (typeof input === 'function') {
    try {
      // What JSON Schema can't say, such as a date, is left open. The first one is for zod, the second for ArkType.
      const libraryOptions = { unrepresentable: 'any', fallback: ({ base }: { base: unknown }) => base };
      const root: unknown = input.call(converter, { target: 'draft-2020-12', libraryOptions });
      return isLike(root) ? fromJsonSchema(root, root, 0) : UNKNOWN;
    } catch {
      return UNKNOWN;
    }
  }
  return fromEntries(schema, 0);
}

/** The description of a value in an object or a list. */
export function childOf(node: SchemaNode | undefined, key: string): SchemaNode | undefined {
  return node?.keys?.get(key) ?? node?.rest ?? node?.item;
}

/** The description of the value at a path. */
export function nodeAt(root: SchemaNode, path: readonly string[]): SchemaNode | undefined {
  let node: SchemaNode | undefined = root;
  for (const key of path) node = childOf(node, key);
  return node;
}

type Like = Record<string, unknown>;

function fromJsonSchema(schema: Like, root: Like, depth: number): SchemaNode {
  if (depth > MAX_DEPTH) return UNKNOWN;
  const own = one(schema, root, depth);
  const reference = schema['$ref'];
  const others = [
    ...(typeof reference === 'string' ? [resolve(reference, root)] : []),
    ...['allOf', 'anyOf', 'oneOf'].flatMap((name) =>
      Array.isArray(schema[name]) ? (schema[name] as unknown[]) : [],
    ),
  ];
  return others
    .filter(isLike)
    .map((other) => fromJsonSchema(other, root, depth + 1))
    .reduce(merge, own);
}

function one(schema: Like, root: Like, depth: number): SchemaNode {
  const { type, properties, additionalProperties, items, description, required } = schema;
  const needed = Array.isArray(required) ? (required as unknown[]) : [];
  const keys = isLike(properties)
    ? new Map(
        Object.entries(properties).map(([name, value]) => [
          name,
          {
            ...(isLike(value) ? fromJsonSchema(value, root, depth + 1) : UNKNOWN),
            required: needed.includes(name),
          },
        ]),
      )
    : undefined;
  const others = additionalProperties !== undefined && additionalProperties !== false;
  const options = Array.isArray(schema['enum'])
    ? (schema['enum'] as unknown[])
    : 'const' in schema
      ? [schema['const']]
      : undefined;
  return {
    types: [type].flat().filter((name) => typeof name === 'string'),
    ...(keys && { keys }),
    ...((others || isLike(schema['patternProperties'])) && { open: true }),
    ...(isLike(additionalProperties) && { rest: fromJsonSchema(additionalProperties, root, depth + 1) }),
    ...(isLike(items) && { item: fromJsonSchema(items, root, depth + 1) }),
    ...(typeof description === 'string' && { description }),
    ...('default' in schema && { fallback: schema['default'] }),
    ...(options && { options }),
  };
}

/** What two schemas for the same value say, taken together. */
function merge(a: SchemaNode, b: SchemaNode): SchemaNode {
  const keys = a.keys && b.keys ? new Map(a.keys) : (a.keys ?? b.keys);
  if (a.keys && b.keys && keys instanceof Map) {
    for (const [name, node] of b.keys) {
      const known = a.keys.get(name);
      keys.set(name, known ? merge(known, node) : node);
    }
  }
  const options = a.options && b.options ? [...a.options, ...b.options] : (a.options ?? b.options);
  return {
    ...b,
    ...a,
    types: [...new Set([...a.types, ...b.types])],
    ...(keys && { keys }),
    ...(options && { options }),
    ...((a.open === true || b.open === true) && { open: true }),
  };
}

function resolve(reference: string, root: Like): unknown {
  if (!reference.startsWith('#/')) return reference === '#' ? root : undefined;
  let value: unknown = root;
  for (const part of reference.slice(2).split('/')) {
    value = isLike(value) ? value[part.replaceAll('~1', '/').replaceAll('~0', '~')] : undefined;
  }
  return value;
}

// Valibot has no JSON Schema of its own, but its schemas can be read.
function fromEntries(schema: unknown, depth: number): SchemaNode {
  if (!isLike(schema) || depth > MAX_DEPTH) return UNKNOWN;
  const { type, entries, wrapped, item, value: rest, default: fallback } = schema;
  if (wrapped !== undefined) {
    const inner = fromEntries(wrapped, depth + 1);
    return fallback === undefined || typeof fallback === 'function' ? inner : { ...inner, fallback };
  }
  if (isLike(entries)) {
    const keys = new Map(
      Object.entries(entries).map(([name, value]) => {
        const optional = isLike(value) && ['optional', 'nullish'].includes(String(value['type']));
        return [name, { ...fromEntries(value, depth + 1), required: !optional }];
      }),
    );
    return { types: ['object'], keys, ...(String(type).startsWith('loose') && { open: true }) };
  }
  return {
    types: typeof type === 'string' ? [type] : [],
    ...(item !== undefined && { item: fromEntries(item, depth + 1) }),
    ...(type === 'record' && { rest: fromEntries(rest, depth + 1) }),
    ...(Array.isArray(schema['options']) &&
      type === 'picklist' && { options: schema['options'] as unknown[] }),
  };
}

// ArkType's schemas are functions.
function isLike(value: unknown): value is Like {
  return isObject(value) || typeof value === 'function';
}
