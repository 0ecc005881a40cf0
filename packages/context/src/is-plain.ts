/** Whether an object is a plain one, or a list, and no async iterable: what becomes JSON without a further look. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === Array.prototype || prototype === null;
  return plain && !(Symbol.asyncIterator in value);
}

/** `Map` for a Map of whichever realm or package; what the object says of itself by `Symbol.toStringTag`. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
