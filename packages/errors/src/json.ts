/**
 * What arrives of a value that is sent as JSON: a `Date` is a string, methods and symbols are gone, and a `bigint`, which JSON
 * cannot hold, is `never`.
 */
export type Json<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : T extends { toJSON(...args: never): infer Sent }
      ? Json<Sent>
      : T extends NotJson
        ? never
        : T extends readonly unknown[]
          ? JsonList<T>
          : T extends object
            ? { [K in keyof T as Kept<K, T[K]>]: Json<T[K]> }
            : never;

type NotJson = bigint | symbol | ((...args: never) => unknown);

// What is no JSON is `null` in a list. Lists are mapped on their own, so that tuples stay what they are.
type JsonList<T extends readonly unknown[]> = { [I in keyof T]: JsonItem<T[I]> };
type JsonItem<T> = T extends undefined | NotJson ? null : Json<T>;

type Kept<Key, Value> = Key extends symbol
  ? never
  : [Value] extends [symbol | ((...args: never) => unknown)]
    ? never
    : Key;
