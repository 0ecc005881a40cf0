/** Whether a value is a plain object or an array, and not an async iterable: it is sent as JSON. */
export function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === Array.prototype || prototype === null;
  return plain && !(Symbol.asyncIterator in value);
}

/** The `Symbol.toStringTag` of an object: `Map` for a Map of any realm or package. */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1);
}
