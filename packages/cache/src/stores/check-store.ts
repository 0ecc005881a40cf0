import { type Check, hasMethod, is } from '@blaizejs/errors/internal';
import type { KeyValueStore } from '@blaizejs/types';

const METHODS = ['get', 'set', 'delete', 'deleteTag'];

/** Checks that something is a store. */
export const store: Check<KeyValueStore> = is('a KeyValueStore, such as memoryStore()', (value) =>
  METHODS.every((name) => hasMethod(value, name)),
);
