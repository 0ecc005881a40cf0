/** Which keys have which tags. A tag without keys takes no memory. */
export class TagIndex {
  readonly #keys = new Map<string, Set<string>>();

  /** How many tags have keys. */
  get size(): number {
    return this.#keys.size;
  }

  add(key: string, tags: readonly string[]): void {
    for (const tag of tags) {
      const keys = this.#keys.get(tag);
      if (keys) keys.add(key);
      else this.#keys.set(tag, new Set([key]));
    }
  }

  remove(key: string, tags: readonly string[]): void {
    for (const tag of tags) {
      const keys = this.#keys.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) this.#keys.delete(tag);
    }
  }

  /** Its keys, of which the one that was returned last may be removed while they are read. */
  keysOf(tag: string): Iterable<string> {
    return this.#keys.get(tag) ?? [];
  }
}
