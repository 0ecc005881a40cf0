import type { KeyValueStore } from '@blaizejs/types';

import { memoryStore } from '../src/index.ts';

/** A store that can fail, or hang, as one behind a network does. */
export class FaultyStore implements KeyValueStore {
  readonly #store = memoryStore();
  #mode: 'works' | 'fails' | 'hangs' = 'works';
  #waiting: (() => void)[] = [];
  calls = 0;

  set mode(mode: 'works' | 'fails' | 'hangs') {
    this.#mode = mode;
    if (mode === 'hangs') return;
    for (const go of this.#waiting.splice(0)) go();
  }

  get = (key: string) => this.#call(() => this.#store.get(key));
  set = (...args: Parameters<KeyValueStore['set']>) => this.#call(() => this.#store.set(...args));
  delete = (key: string) => this.#call(() => this.#store.delete(key));
  deleteTag = (tag: string) => this.#call(() => this.#store.deleteTag(tag));
  replace = (...args: Parameters<NonNullable<KeyValueStore['replace']>>) =>
    this.#call(() => this.#store.replace(...args));

  async #call<T>(run: () => Promise<T>): Promise<T> {
    this.calls += 1;
    if (this.#mode === 'hangs') await new Promise<void>((resolve) => this.#waiting.push(resolve));
    if (this.#mode === 'fails') throw new Error('The disk is on fire.');
    return run();
  }
}

/** The same store as another process sees it: with an object of its own. */
export function asSeenByAnother(store: KeyValueStore, { canReplace = true } = {}): KeyValueStore {
  return {
    get: (key) => store.get(key),
    set: (key, value, options) => store.set(key, value, options),
    delete: (key) => store.delete(key),
    deleteTag: (tag) => store.deleteTag(tag),
    ...(canReplace &&
      store.replace && { replace: (...args: Parameters<typeof store.replace>) => store.replace!(...args) }),
  };
}
