import type { KeyValueStore } from '@blaizejs/types';

import { StoreGuard } from '../stores/store-guard.ts';

/** A store that requests do not wait for while it fails or hangs: then there is nothing in it. No method rejects. */
export class GuardedStore {
  readonly #guard: StoreGuard;

  /**
   * @param timeout milliseconds that a call may take
   * @param report is told of the first failure, until the store works again
   */
  constructor(store: KeyValueStore, timeout: number, report: (error: Error) => void) {
    this.#guard = new StoreGuard(store, timeout, { onFail: report });
  }

  /** Undefined also if the store fails. */
  async get(key: string): Promise<Uint8Array | undefined> {
    const outcome = await this.#guard.attempt((store) => store.get(key));
    return outcome.isAway ? undefined : outcome.value;
  }

  /** Whether it was stored. */
  async set(
    key: string,
    value: Uint8Array,
    options: { readonly ttl: number; readonly tags: readonly string[] },
  ): Promise<boolean> {
    return !(await this.#guard.attempt((store) => store.set(key, value, options))).isAway;
  }

  /** Whether it was deleted. */
  async delete(key: string): Promise<boolean> {
    return !(await this.#guard.attempt((store) => store.delete(key))).isAway;
  }
}
