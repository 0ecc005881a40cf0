/** Tells who watches a job in this process that something about it has changed. */
export class JobEvents {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** @returns ends it */
  on(queue: string, id: string, listener: () => void): () => void {
    const key = `${queue} ${id}`;
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(key) === listeners) this.#listeners.delete(key);
    };
  }

  emit(queue: string, id: string): void {
    for (const listener of this.#listeners.get(`${queue} ${id}`) ?? []) listener();
  }
}
