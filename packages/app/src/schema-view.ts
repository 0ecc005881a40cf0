import type { Schema } from '@blaizejs/types';

/** The input of a schema, as far as it matters here. */
export type View =
  | { readonly kind: 'list' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'other' }
  | { readonly kind: 'object'; fields(): Readonly<Record<string, View>>; readonly rest: View | undefined }
  | { readonly kind: 'any' | 'all'; of(): readonly View[] };

type Loose = Readonly<Record<string, unknown>>;
type ToView = (node: Loose) => View;

const OTHER: View = { kind: 'other' };
const LIST: View = { kind: 'list' };
const NOTHING: View = { kind: 'nothing' };

/**
 * Inspects the input of a schema: by the definitions of zod 4 and Valibot, or by its JSON Schema, which ArkType and all
 * other implementations of [Standard JSON Schema](https://standardschema.dev/json-schema) provide.
 *
 * @returns undefined if the schema can't be inspected
 */
export function viewOf(schema: Schema): View | undefined {
  const loose = schema as unknown as Loose & { '~standard': Loose };
  try {
    if (isLoose(loose._zod)) return viewOfZod(loose);
    const { vendor, jsonSchema } = loose['~standard'] as { vendor?: unknown; jsonSchema?: JsonSchemaOf };
    if (jsonSchema) {
      const root = jsonSchema.input({ target: 'draft-2020-12' });
      return viewOfJson(root, root);
    }
    return vendor === 'valibot' ? viewOfValibot(loose) : undefined;
  } catch {
    // Not every schema can be expressed as JSON Schema.
    return undefined;
  }
}

/** The names of the fields that a schema has for an object; empty if it can't be inspected. */
export function fieldNamesOf(schema: Schema): string[] {
  const view = viewOf(schema);
  return view ? [...new Set(namesIn(view, 0))] : [];
}

// A schema may contain itself.
const MAX_DEPTH = 16;

function namesIn(view: View, depth: number): string[] {
  if (view.kind === 'object') return Object.keys(view.fields());
  if ((view.kind !== 'any' && view.kind !== 'all') || depth > MAX_DEPTH) return [];
  return view.of().flatMap((each) => namesIn(each, depth + 1));
}

interface JsonSchemaOf {
  input(options: { readonly target: string }): Loose;
}

const any = (nodes: unknown, view: ToView): View => ({ kind: 'any', of: () => (nodes as Loose[]).map(view) });
const all = (nodes: unknown, view: ToView): View => ({ kind: 'all', of: () => (nodes as Loose[]).map(view) });
const lazy = (node: () => unknown, view: ToView): View => ({
  kind: 'any',
  of: () => [view(node() as Loose)],
});
const object = (fields: unknown, rest: unknown, view: ToView): View => ({
  kind: 'object',
  fields: () =>
    Object.fromEntries(
      Object.entries((fields ?? {}) as Record<string, Loose>).map(([name, node]) => [name, view(node)]),
    ),
  rest: isLoose(rest) ? view(rest) : undefined,
});

function viewOfZod(schema: Loose): View {
  const { def } = schema._zod as { def: Loose & { type: string; getter?: () => unknown } };
  switch (def.type) {
    case 'array':
    case 'tuple':
      return LIST;
    case 'null':
    case 'undefined':
    case 'void':
    case 'never':
      return NOTHING;
    case 'object':
      return object(def.shape, def.catchall, viewOfZod);
    case 'record':
      return object({}, def.valueType, viewOfZod);
    case 'union':
      return any(def.options, viewOfZod);
    case 'intersection':
      return all([def.left, def.right], viewOfZod);
    case 'pipe':
      return viewOfZod(def.in as Loose);
    case 'lazy':
      return lazy(() => def.getter?.(), viewOfZod);
    default:
      // optional, nullable, default, prefault, catch, readonly, nonoptional, success, promise
      return isLoose(def.innerType) ? viewOfZod(def.innerType) : OTHER;
  }
}

function viewOfValibot(schema: Loose): View {
  const type = String(schema.type);
  if (type === 'array' || /^(?:\w+_)?tuple(?:_|$)/.test(type)) return LIST;
  if (['null', 'undefined', 'void', 'never'].includes(type)) return NOTHING;
  if (isLoose(schema.entries)) return object(schema.entries, schema.rest, viewOfValibot);
  if (type === 'record') return object({}, schema.value, viewOfValibot);
  if (type === 'union' || type === 'variant') return any(schema.options, viewOfValibot);
  if (type === 'intersect') return all(schema.options, viewOfValibot);
  if (type === 'lazy')
    return lazy(() => (schema.getter as (input: unknown) => unknown)(undefined), viewOfValibot);
  return isLoose(schema.wrapped) ? viewOfValibot(schema.wrapped) : OTHER;
}

function viewOfJson(node: Loose, root: Loose): View {
  const view: ToView = (each) => viewOfJson(each, root);
  if (typeof node.$ref === 'string') return lazy(() => resolve(node.$ref as string, root), view);
  const union = node.anyOf ?? node.oneOf;
  if (Array.isArray(union)) return any(union, view);
  if (Array.isArray(node.allOf)) return all(node.allOf, view);
  const types = [node.type].flat().filter((type) => type !== 'null');
  if (types.length === 0) return node.type === 'null' ? NOTHING : OTHER;
  if (types.every((type) => type === 'array')) return LIST;
  return types.every((type) => type === 'object')
    ? object(node.properties, node.additionalProperties, view)
    : OTHER;
}

/** Resolves a reference inside a JSON Schema. */
function resolve(reference: string, root: Loose): unknown {
  const path = reference.replace(/^#\/?/, '').split('/').filter(Boolean);
  return path.reduce<unknown>(
    (node, key) => (node as Loose)[decodeURIComponent(key).replaceAll('~1', '/')],
    root,
  );
}

function isLoose(value: unknown): value is Loose {
  return (typeof value === 'object' || typeof value === 'function') && value !== null;
}
