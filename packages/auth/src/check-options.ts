import { flag, hasMethod, is, optional, orElse, text } from '@blaizejs/errors/internal';
import type { KeyValueStore } from '@blaizejs/types';

/** The name of a protected area, as it is sent to clients. */
const realm = is<string>(
  'printable ASCII characters',
  (value) => typeof value === 'string' && /^[ -~]+$/.test(value),
);

/** The options that every way to authenticate has. */
export const commonShape = {
  realm: optional(realm),
  optional: orElse(flag, false),
  scheme: optional(text('the name of a security scheme')),
};

/** Checks that something is a store. */
export const store = is<KeyValueStore>('a store with get(), set(), delete() and deleteTag()', (value) =>
  ['get', 'set', 'delete', 'deleteTag'].every((name) => hasMethod(value, name)),
);

/** Whether exactly one of these options is given. */
export function isOneOf(given: Readonly<Record<string, unknown>>, names: readonly string[]): boolean {
  return names.filter((name) => given[name] !== undefined).length === 1;
}
