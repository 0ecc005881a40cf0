import type { ConfigProblem } from './config-error.ts';
import { isPlain } from './freeze.ts';

/** What one source says: a tree of values, and where each is. */
export interface Layer {
  readonly values: Tree;
  /** Where a value came from: `config/production.yaml:12`. */
  from(path: readonly string[]): string;
}

/** Values by key. */
export interface Tree {
  [key: string]: unknown;
}

// A configuration that is deeper or larger is a mistake, or an attack by aliases that refer to each other.
const MAX_DEPTH = 32;
const MAX_VALUES = 20_000;
const UNSAFE = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Copies what a parser or a module returned, so that nothing is shared or changed, and refuses what can't be merged.
 *
 * @returns the copy; undefined if there are problems
 */
export function toLayer(
  given: unknown,
  from: (path: readonly string[]) => string,
  problems: ConfigProblem[],
): Layer | undefined {
  const before = problems.length;
  let left = MAX_VALUES;
  const copy = (value: unknown, path: readonly string[]): unknown => {
    left--;
    if (left === 0 || path.length > MAX_DEPTH) {
      left = 0;
      throw new TooLarge();
    }
    if (Array.isArray(value)) return value.map((item, index) => copy(item, [...path, String(index)]));
    if (!isPlain(value)) return value;
    const tree: Tree = {};
    for (const [key, item] of Object.entries(value)) {
      const at = [...path, key];
      if (UNSAFE.has(key))
        problems.push({ path: at.join('.'), from: from(at), message: 'this key is not allowed' });
      else if (item !== undefined) tree[key] = copy(item, at);
    }
    return tree;
  };
  if (given !== null && given !== undefined && !isPlain(given)) {
    problems.push({ path: '', from: from([]), message: 'expected an object of settings' });
    return undefined;
  }
  try {
    const values = copy(given ?? {}, []) as Tree;
    return problems.length === before ? { values, from } : undefined;
  } catch (error) {
    if (!(error instanceof TooLarge)) throw error;
    const message = `it has more than ${MAX_VALUES} values, or more than ${MAX_DEPTH} levels`;
    problems.push({ path: '', from: from([]), message });
    return undefined;
  }
}

class TooLarge extends Error {}

/** Where values of a file are, as far as its parser says. A value without a place has that of what it is in. */
export function placesOf(
  file: string,
  lines: ReadonlyMap<string, number>,
): (path: readonly string[]) => string {
  return (path) => {
    for (let length = path.length; length > 0; length--) {
      const line = lines.get(placeKey(path.slice(0, length)));
      if (line !== undefined) return `${file}:${line}`;
    }
    return file;
  };
}

/** A path as a key of a map. Keys may have dots in them, but no NUL. */
export function placeKey(path: readonly string[]): string {
  return path.join('\0');
}

/** Layers, merged. */
export interface Merged {
  readonly values: Tree;
  /** Where each value came from, the last one first, by {@link placeKey}. */
  readonly origins: ReadonlyMap<string, readonly string[]>;
}

/** Merges layers: later ones win, objects are merged, everything else is replaced as a whole. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const values: Tree = {};
  const origins = new Map<string, string[]>();
  const forget = (path: readonly string[], old: unknown): string[] => {
    const key = placeKey(path);
    // Only an object has values in it that have to go.
    const inner = isPlain(old) ? [...origins.keys()].filter((one) => one.startsWith(`${key}\0`)) : [];
    return [key, ...inner].flatMap((one) => {
      const from = origins.get(one) ?? [];
      origins.delete(one);
      return from;
    });
  };
  const merge = (into: Tree, tree: Tree, layer: Layer, path: readonly string[]): void => {
    for (const [key, value] of Object.entries(tree)) {
      const at = [...path, key];
      if (isPlain(value) && Object.keys(value).length > 0) {
        const old = into[key];
        if (!isPlain(old)) forget(at, old);
        const target: Tree = isPlain(old) ? old : {};
        into[key] = target;
        merge(target, value, layer, at);
      } else if (!isPlain(value) || !isPlain(into[key])) {
        const overridden = forget(at, into[key]);
        into[key] = isPlain(value) ? {} : value;
        origins.set(placeKey(at), [...new Set([layer.from(at), ...overridden])]);
      }
    }
  };
  for (const layer of layers) merge(values, layer.values, layer, []);
  return { values, origins };
}

/** Where the value at a path came from, or one in it or around it. */
export function originOf({ origins }: Merged, path: readonly string[]): string | undefined {
  for (let length = path.length; length > 0; length--) {
    const key = placeKey(path.slice(0, length));
    const found = origins.get(key) ?? (length === path.length ? within(origins, key) : undefined);
    if (found) return found[0];
  }
  return undefined;
}

function within(origins: Merged['origins'], key: string): readonly string[] | undefined {
  for (const [other, from] of origins) if (other.startsWith(`${key}\0`)) return from;
  return undefined;
}

/** The value at a path. */
export function valueAt(values: unknown, path: readonly string[]): unknown {
  let value = values;
  for (const key of path) {
    if ((!isPlain(value) && !Array.isArray(value)) || !Object.hasOwn(value, key)) return undefined;
    value = (value as Tree)[key];
  }
  return value;
}
