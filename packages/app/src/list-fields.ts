import type { Schema } from '@blaizejs/types';

import { viewOf, type View } from './schema-view.ts';

/** The fields of an object that a schema requires as lists. */
export interface ListFields {
  readonly names: ReadonlySet<string>;
  /** Whether fields that the schema does not name are lists as well. */
  readonly rest: boolean;
  /** All fields that the schema names. */
  readonly known: ReadonlySet<string>;
}

interface Fields {
  readonly isList: Map<string, boolean>;
  rest: boolean;
}

// A schema may contain itself.
const MAX_DEPTH = 16;
const cache = new WeakMap<object, { readonly fields: ListFields | undefined }>();

/**
 * Finds the fields of a schema that accept a list but no single value: for these, `?tag=a` is a list of one. Each schema is
 * inspected once.
 *
 * @returns undefined if there are none, or if the schema can't be inspected
 */
export function listFieldsOf(schema: Schema): ListFields | undefined {
  let known = cache.get(schema);
  if (!known) cache.set(schema, (known = { fields: find(schema) }));
  return known.fields;
}

/** Wraps single strings and files in a list where the schema requires one. Returns a copy if it changes anything. */
export function wrapSingles(value: unknown, { names, rest, known }: ListFields): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const given = value as Readonly<Record<string, unknown>>;
  let copy: Record<string, unknown> | undefined;
  for (const name of rest ? Object.keys(given) : names) {
    const single = given[name];
    if (!isSingle(single) || (rest && known.has(name) && !names.has(name))) continue;
    copy ??= Object.assign(Object.create(null) as Record<string, unknown>, given);
    copy[name] = [single];
  }
  return copy ?? value;
}

function isSingle(value: unknown): boolean {
  return typeof value === 'string' || value instanceof File;
}

function find(schema: Schema): ListFields | undefined {
  const view = viewOf(schema);
  const fields = view && fieldsOf(view, 0);
  if (!fields) return undefined;
  const names = new Set([...fields.isList].filter(([, isList]) => isList).map(([name]) => name));
  if (names.size === 0 && !fields.rest) return undefined;
  return { names, rest: fields.rest, known: new Set(fields.isList.keys()) };
}

/** The fields of an object; undefined for anything else. */
function fieldsOf(view: View, depth: number): Fields | undefined {
  if (depth > MAX_DEPTH) return undefined;
  if (view.kind === 'object') {
    const isList = Object.entries(view.fields()).map(
      ([name, field]) => [name, isListOnly(field, 0)] as const,
    );
    return { isList: new Map(isList), rest: view.rest !== undefined && isListOnly(view.rest, 0) };
  }
  if (view.kind !== 'any' && view.kind !== 'all') return undefined;
  const all = view.of().flatMap((each) => fieldsOf(each, depth + 1) ?? []);
  if (all.length === 0) return undefined;
  const merged: Fields = { isList: new Map(), rest: all.some(({ rest }) => rest) };
  for (const { isList } of all) {
    for (const [name, is] of isList) {
      // In an intersection, one part that requires a list is enough; in a union, one that accepts a single value.
      const before = merged.isList.get(name) ?? is;
      merged.isList.set(name, view.kind === 'all' ? before || is : before && is);
    }
  }
  return merged;
}

function isListOnly(view: View, depth: number): boolean {
  if (depth > MAX_DEPTH) return false;
  if (view.kind === 'list') return true;
  if (view.kind !== 'any' && view.kind !== 'all') return false;
  const some = view.of().filter(({ kind }) => kind !== 'nothing');
  return view.kind === 'all'
    ? some.some((each) => isListOnly(each, depth + 1))
    : some.length > 0 && some.every((each) => isListOnly(each, depth + 1));
}
