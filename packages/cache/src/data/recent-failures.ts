/** Milliseconds for which a value that could not be loaded is not loaded again, where its old one is at hand. */
const PAUSE = 1_000;
const MAX_KEYS = 10_000;

/** What could not be loaded a moment ago, so that requests do not wait for a service that is away. */
export class RecentFailures {
  readonly #until = new Map<string, number>();

  add(key: string): void {
    if (this.#until.size >= MAX_KEYS) this.#until.clear();
    this.#until.set(key, Date.now() + PAUSE);
  }

  isRecent(key: string): boolean {
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (until > Date.now()) return true;
    this.#until.delete(key);
    return false;
  }
}
