import { flag, hasMethod, is, optional, orElse, type Report, text } from '@blaizejs/errors/internal';
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

/** Reports if none of these options is given, and each that is given beside another. */
export function checkOneOf(
  given: Readonly<Record<string, unknown>>,
  names: readonly string[],
  path: string,
  report: Report,
): void {
  const [first, ...others] = names.filter((name) => given[name] !== undefined);
  if (first === undefined) report(path, undefined, `one of ${either(names)}`);
  for (const name of others) report(name, given[name], `nothing beside \`${first}\``);
}

function either(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return `${quoted.slice(0, -1).join(', ')} and ${quoted.at(-1)}`;
}
