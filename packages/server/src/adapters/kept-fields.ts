import type { HeaderFields } from '@blaizejs/types';

// Lists of names that are kept, and how long one may be. What one client sends, others send, too.
const MAX_LISTS = 256;
const MAX_LENGTH = 1024;
// No field value has it (RFC 9110 section 5.5), nor has a name.
const SEPARATOR = '\0';

const lists = new Map<string, readonly string[]>();

/** Header fields of which many are kept: the names are shared, and the values are one string. */
export interface KeptFields {
  readonly names: readonly string[];
  readonly values: string;
}

/** @param names each has the value at the same place */
export function keepFields(names: readonly string[], values: readonly string[]): KeptFields {
  return { names: share(names), values: values.join(SEPARATOR) };
}

/** @returns undefined if there is a field that has several values */
export function keepHeaders(headers: HeaderFields): KeptFields | undefined {
  const values = Object.values(headers);
  return values.every((value) => typeof value === 'string')
    ? keepFields(Object.keys(headers), values)
    : undefined;
}

/** As Node gives them. */
export function toHeaders(kept: KeptFields): HeaderFields {
  const headers = Object.create(null) as HeaderFields;
  const list = toList(kept);
  for (let at = 0; at < list.length; at += 2) headers[list[at] as string] = list[at + 1];
  return headers;
}

/** Alternating names and values. */
export function toList({ names, values }: KeptFields): string[] {
  if (names.length === 0) return [];
  const parts = values.split(SEPARATOR);
  return names.flatMap((name, index) => [name, parts[index] ?? '']);
}

function share(names: readonly string[]): readonly string[] {
  const key = names.join(SEPARATOR);
  const known = lists.get(key);
  if (known) return known;
  if (key.length > MAX_LENGTH) return names;
  const [oldest] = lists.keys();
  if (lists.size >= MAX_LISTS && oldest !== undefined) lists.delete(oldest);
  lists.set(key, names);
  return names;
}
