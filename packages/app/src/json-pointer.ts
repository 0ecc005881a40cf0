import type { Schema } from '@blaizejs/types';

// Longer keys and paths are the client's, and of no use to it.
const MAX_KEY = 64;
const MAX_POINTER = 256;

/** The result of a schema for a value. */
export type Validated = Awaited<ReturnType<Schema['~standard']['validate']>>;
/** A problem as schema libraries report it. */
export type Issue = NonNullable<Validated['issues']>[number];

/** The keys of a path. ArkType's is a subclass of Array, so `map()` won't do. */
export function keysOf({ path }: Pick<Issue, 'path'>): PropertyKey[] {
  return path ? Array.from(path, (segment) => (typeof segment === 'object' ? segment.key : segment)) : [];
}

/** A JSON pointer (RFC 6901): `/items/0/name`; empty for the whole. Overlong ones are cut, and end with `…`. */
export function toPointer(keys: readonly PropertyKey[]): string {
  let pointer = '';
  for (const key of keys) {
    const name = cut(String(key), MAX_KEY).replaceAll('~', '~0').replaceAll('/', '~1');
    pointer += `/${name}`;
    if (pointer.length > MAX_POINTER) return cut(pointer, MAX_POINTER);
  }
  return pointer;
}

/** Cuts a text that is longer than `max`. */
export function cut(text: string, max: number): string {
  return text.length > max ? `${text.slice(0, max - 1).toWellFormed()}…` : text;
}
