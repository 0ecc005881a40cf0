/** Where sessions, caches and the like keep bytes. Every method may reject; who calls it decides what that means for a request. */
export interface KeyValueStore {
  /** @returns the bytes, or `undefined` if there are none or their time is up */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Stores bytes under a key. `ttl` is in milliseconds; without it they stay until they are deleted or pushed out. */
  set(
    key: string,
    value: Uint8Array,
    options?: { readonly ttl?: number; readonly tags?: readonly string[] },
  ): Promise<void>;
  delete(key: string): Promise<void>;
  /** Deletes everything that was stored with this tag. */
  deleteTag(tag: string): Promise<void>;
}
