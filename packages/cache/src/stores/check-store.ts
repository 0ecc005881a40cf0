import { type Check, hasMethod, is } from '@blaizejs/errors/internal';
import type { KeyValueStore } from '@blaizejs/types';

const METHODS = ['get', 'set', 'delete', 'deleteTag'];

/** Whether something has the methods of a store. */
export function isStore(value: unknown): boolean {
  return METHODS.every((name) => hasMethod(value, name));
}

/** Checks that something is a store. */
export const store: Check<KeyValueStore> = is('a KeyValueStore, such as memoryStore()', isStore);
