/** A class whose instances all copies of this package recognise. */
interface Branded {
  readonly prototype: object;
  readonly '~brand': symbol;
}

/**
 * Marks a class for `instanceof` across copies of this package: two versions in one tree, or a bundle next to
 * node_modules. The mark is on the prototype, so creating an error costs nothing extra.
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

/** Implements `value instanceof kind`. A subclass without its own brand keeps the ordinary meaning. */
export function isInstance(kind: Branded, value: unknown): boolean {
  if (!Object.hasOwn(kind, '~brand')) return Function.prototype[Symbol.hasInstance].call(kind, value);
  try {
    return typeof value === 'object' && value !== null && kind['~brand'] in value;
  } catch {
    // A proxy that throws is not an instance.
    return false;
  }
}
