/** Whether a value is an object as literals are, and not an instance of a class. */
export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Freezes plain objects and lists, and what is in them. Instances of classes are left as they are. */
export function deepFreeze<T>(value: T): T {
  const open: unknown[] = [value];
  for (let item = open.pop(); item !== undefined; item = open.pop()) {
    if ((!isPlain(item) && !Array.isArray(item)) || Object.isFrozen(item)) continue;
    Object.freeze(item);
    for (const inner of Object.values(item) as unknown[]) if (inner !== undefined) open.push(inner);
  }
  return value;
}
