// As the core has it for a form. Deeper names stay what they are.
const MAX_DEPTH = 8;
const NAME = /^[^.[\]]+(?:\.[^.[\]]+|\[[^.[\]]+\])*(?:\[\])?$/;
const RESERVED = /^(?:__proto__|prototype|constructor)$/;
const INDEX = /^(?:0|[1-9]\d{0,5})$/;

type Fields = Record<string, unknown>;

/** The keys that a name of a field stands for: `address.city` and `address[city]` are two. `tags[]` is `tags`. */
export function keysOf(name: string): readonly string[] {
  if (!NAME.test(name)) return [name];
  const keys = name
    .replace(/\[\]$/, '')
    .replaceAll(/\[([^\]]+)\]/g, '.$1')
    .split('.');
  return keys.length > MAX_DEPTH || keys.some((key) => RESERVED.test(key)) ? [name] : keys;
}

/**
 * Turns the flat fields of a form into objects and lists: `address.city`, `lines[0].count`, `tags[]`. Numbered fields become a
 * list without gaps, in the order of their numbers. If two names contradict each other, the first one counts.
 */
export function nest(given: unknown): unknown {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return given;
  const names = Object.keys(given);
  if (!names.some((name) => name.includes('.') || name.includes('['))) return given;
  const root = Object.create(null) as Fields;
  /** The objects that were made here: what a client has sent as JSON stays. */
  const made = new Set<unknown>([root]);
  for (const name of names) {
    const value = (given as Fields)[name];
    const keys = keysOf(name);
    const isList = keys[0] !== name && name.endsWith('[]');
    put(root, keys, isList && !Array.isArray(value) ? [value] : value, made);
  }
  return toLists(root, made);
}

function put(root: Fields, keys: readonly string[], value: unknown, made: Set<unknown>): void {
  let at = root;
  for (const key of keys.slice(0, -1)) {
    if (!(key in at)) made.add((at[key] = Object.create(null)));
    const next = at[key];
    if (!made.has(next)) return;
    at = next as Fields;
  }
  const last = keys.at(-1) as string;
  if (!(last in at)) at[last] = value;
}

function toLists(value: unknown, made: ReadonlySet<unknown>): unknown {
  if (!made.has(value)) return value;
  const fields = value as Fields;
  const keys = Object.keys(fields);
  for (const key of keys) fields[key] = toLists(fields[key], made);
  if (keys.length === 0 || !keys.every((key) => INDEX.test(key))) return fields;
  // An object has such keys in the order of their numbers.
  return Object.values(fields);
}

/** What is at a path; undefined if nothing is. */
export function valueAt(given: unknown, keys: readonly string[]): unknown {
  let at = given;
  for (const key of keys) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, key)) return undefined;
    at = (at as Fields)[key];
  }
  return at;
}
