/** An entry, and what it takes. */
interface Entry<Value> {
  readonly value: Value;
  readonly size: number;
  /** When it was last known to be right, in milliseconds of the cache's clock. */
  checked: number;
}

// What an entry takes besides its bytes: its path, header and bookkeeping, roughly.
const OVERHEAD = 1024;

/** Keeps what was used last, up to a number of bytes. */
export class FileCache<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #limit: number;
  readonly #maxAge: number;
  readonly #now: () => number;
  #size = 0;

  /**
   * @param limit bytes
   * @param maxAge milliseconds after which an entry has to be checked
   */
  constructor(limit: number, maxAge: number, now: () => number = () => performance.now()) {
    this.#limit = limit;
    this.#maxAge = maxAge;
    this.#now = now;
  }

  /** Bytes that it holds. */
  get size(): number {
    return this.#size;
  }

  /** What is known to be right. */
  fresh(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (!entry || this.#now() - entry.checked >= this.#maxAge) return undefined;
    this.#touch(key, entry);
    return entry.value;
  }

  /** What was right once. */
  stale(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Notes that an entry is still right. */
  confirm(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.checked = this.#now();
    this.#touch(key, entry);
  }

  set(key: string, value: Value, bytes: number): void {
    this.delete(key);
    const size = bytes + key.length + OVERHEAD;
    if (size > this.#limit) return;
    this.#entries.set(key, { value, size, checked: this.#now() });
    this.#size += size;
    for (const [oldest] of this.#entries) {
      if (this.#size <= this.#limit) break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#entries.delete(key);
    this.#size -= entry.size;
  }

  /** Makes an entry the last one to be pushed out. */
  #touch(key: string, entry: Entry<Value>): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }
}
