/** How long a {@link KeyValueStore} keeps a value, and what it is deleted with. */
export interface KeyValueOptions {
  /** Milliseconds. Default: it stays until it is deleted or pushed out. */
  readonly ttl?: number | undefined;
  /** Names under which {@link KeyValueStore.deleteTag} finds the value. */
  readonly tags?: readonly string[] | undefined;
}

/**
 * Where sessions, caches and the like keep bytes. Every method may reject; who calls it decides what that means for a request.
 *
 * Who gets bytes must not change them: a store in memory hands out its own. A store copies the bytes that it is given.
 */
export interface KeyValueStore {
  /** @returns the bytes, or `undefined` if there are none or their time is up */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Stores bytes under a key, in place of what was there with its time and tags. A `ttl` of 0 or less deletes. */
  set(key: string, value: Uint8Array, options?: KeyValueOptions): Promise<void>;
  delete(key: string): Promise<void>;
  /** Deletes everything that was stored with this tag. */
  deleteTag(tag: string): Promise<void>;
  /**
   * Compares and sets as one step: stores `value`, or deletes where it is `undefined`, only if the key has exactly the bytes
   * `expected`, or nothing where that is `undefined`. Not every store can do this.
   *
   * @returns whether it did
   */
  replace?(
    key: string,
    expected: Uint8Array | undefined,
    value: Uint8Array | undefined,
    options?: KeyValueOptions,
  ): Promise<boolean>;
}
