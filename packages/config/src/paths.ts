import type { Secret } from './secret.ts';

type Leaf = readonly unknown[] | Secret<unknown> | Date | ((...args: never) => unknown);

/** The keys of a configuration, with those in it: `'log' | 'log.level'`. */
export type ConfigPath<T> = T extends Leaf
  ? never
  : T extends object
    ? { [K in keyof T & string]: K | `${K}.${ConfigPath<NonNullable<T[K]>>}` }[keyof T & string]
    : never;
