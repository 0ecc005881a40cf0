/** A class whose instances every copy of this package knows. */
interface Branded {
  readonly prototype: object;
  readonly '~brand': symbol;
}

/**
 * Marks a class for `instanceof` across copies of this package: two versions in one tree, or a bundle beside
 * node_modules. The mark is on the prototype, so an error costs nothing more to make.
 *
 * Call it in the initializer of a static `'~brand'`, annotated as pure: bundlers then still drop unused classes,
 * which they cannot do with a static block.
 */
export function brand(kind: { readonly prototype: object }, name: string): symbol {
  const mark = Symbol.for(`@blaizejs/errors/${name}`);
  Object.defineProperty(kind.prototype, mark, { value: true });
  // Minifiers rename classes, and errors take their name from their class.
  Object.defineProperty(kind, 'name', { value: name, configurable: true });
  return mark;
}

/** What `value instanceof kind` is. A subclass without a brand of its own keeps the ordinary meaning. */
export function isInstance(kind: Branded, value: unknown): boolean {
  if (!Object.hasOwn(kind, '~brand')) return Function.prototype[Symbol.hasInstance].call(kind, value);
  try {
    return typeof value === 'object' && value !== null && kind['~brand'] in value;
  } catch {
    // A proxy that throws is nobody's instance.
    return false;
  }
}
