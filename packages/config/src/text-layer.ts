import type { ConfigProblem } from './config-error.ts';
import { childOf, type SchemaNode } from './describe-schema.ts';
import { isPlain } from './freeze.ts';
import { fromText, keyFor } from './from-text.ts';
import { type Layer, placeKey, toLayer, type Tree } from './layer.ts';

/** A value as text, from the environment, the command line or a store of keys and values. */
export interface TextEntry {
  /** Its path, as the source spells it. */
  readonly path: readonly string[];
  readonly value: string;
  readonly from: string;
}

/** Makes a tree of texts. Paths in other spellings, and values that are no texts, are found by the schema. */
export function textLayer(
  entries: Iterable<TextEntry>,
  root: SchemaNode,
  name: string,
  problems: ConfigProblem[],
): Layer | undefined {
  const tree: Tree = {};
  const places = new Map<string, string>();
  const before = problems.length;
  for (const { path, value, from } of entries) {
    const at: string[] = [];
    let node: SchemaNode | undefined = root;
    for (const part of path) {
      const key: string = keyFor(part, node);
      at.push(key);
      node = childOf(node, key);
    }
    const message = put(tree, at, fromText(value, node));
    if (message === undefined) places.set(placeKey(at), from);
    else problems.push({ path: at.join('.'), from, message });
  }
  if (problems.length > before) return undefined;
  const from = (path: readonly string[]): string => {
    for (let length = path.length; length > 0; length--) {
      const found = places.get(placeKey(path.slice(0, length)));
      if (found !== undefined) return found;
    }
    for (const [key, found] of places) if (key.startsWith(`${placeKey(path)}\0`)) return found;
    return name;
  };
  return toLayer(tree, from, problems);
}

/** @returns what is wrong with the path */
function put(tree: Tree, path: readonly string[], value: unknown): string | undefined {
  const last = path.at(-1);
  if (last === undefined || path.some((key) => key === '')) return 'a part of this name is empty';
  if (path.length > 32) return 'expected at most 32 levels';
  let into = tree;
  for (const key of path.slice(0, -1)) {
    if (!Object.hasOwn(into, key)) define(into, key, {});
    const inner = into[key];
    if (!isPlain(inner)) return `\`${key}\` is set as a whole too`;
    into = inner;
  }
  if (Object.hasOwn(into, last)) return 'it is set twice';
  define(into, last, value);
  return undefined;
}

// `__proto__` has to become a key, which is then refused, and not the prototype.
function define(tree: Tree, key: string, value: unknown): void {
  Object.defineProperty(tree, key, { value, enumerable: true, configurable: true, writable: true });
}
