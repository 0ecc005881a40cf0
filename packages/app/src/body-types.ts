import { BUILT_IN_TYPES, isBuiltIn, isContent } from '@blaizejs/context/internal';
import type { BodyReader, BodyReaders, Schema } from '@blaizejs/types';

declare const BLAIZE_WITHOUT_READERS: true | undefined;

/** Body readers by media type; undefined if there are none. */
export type Readers = ReadonlyMap<string, BodyReader> | undefined;

/** Readers by media type; those of a route take precedence. Undefined if there are none. */
export const mergeReaders: typeof merge =
  typeof BLAIZE_WITHOUT_READERS === 'undefined' ? merge : () => undefined;

function merge(app: Readers, route: BodyReaders | undefined): Readers {
  const own = Object.entries(route ?? {}).map(([type, reader]) => [type.toLowerCase(), reader] as const);
  return own.length === 0 ? app : new Map([...(app ?? []), ...own]);
}

/** Whether a media type is in a range: `image/*`. */
export function covers(range: string, essence: string): boolean {
  const wanted = range.toLowerCase();
  return wanted.endsWith('/*') ? essence.startsWith(wanted.slice(0, -1)) : essence === wanted;
}

/** Whether a body of this type can be read for a schema. `content()` and the like read what they are for. */
export function canRead(essence: string, schema: Schema, readers: Readers): boolean {
  return isContent(schema) || isBuiltIn(essence) || readers?.has(essence) === true;
}

/** The types that can be read of those that a key of a `BodyMap` stands for: of `image/*`, those with a reader. */
export function readTypesOf(type: string, schema: Schema, readers: Readers): readonly string[] {
  if (canRead(type, schema, readers)) return [type];
  return [...BUILT_IN_TYPES, ...(readers?.keys() ?? [])].filter((each) => covers(type, each));
}
