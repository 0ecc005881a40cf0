import { isObject } from '@blaizejs/errors/internal';

/** A value as JSON, with keys in order: equal values have equal texts. */
export function canonical(value: unknown): string {
  const text = JSON.stringify(value, (_key, each: unknown) => (isObject(each) ? sorted(each) : each)) as
    string | undefined;
  return text ?? 'undefined';
}

/** An object with its keys in order. */
export function sorted<T>(object: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A copy with each `$ref` replaced. */
export function mapRefs(value: unknown, to: (ref: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => mapRefs(each, to));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      key === '$ref' && typeof each === 'string' ? to(each) : mapRefs(each, to),
    ]),
  );
}

/** Every `$ref` in a value. */
export function refsIn(value: unknown): Set<string> {
  const found = new Set<string>();
  mapRefs(value, (ref) => {
    found.add(ref);
    return ref;
  });
  return found;
}
