// Texts that clients and handlers usually give are few and short. Others get no memory.
const MAX_KNOWN = 64;
const MAX_LENGTH = 128;

/** Remembers what was found for a text, for a bounded number of short texts. */
export class Memo<T> {
  readonly #make: (text: string) => T;
  readonly #known = new Map<string, T>();

  constructor(make: (text: string) => T) {
    this.#make = make;
  }

  get(text: string): T {
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const made = this.#make(text);
    if (text.length <= MAX_LENGTH) {
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(text, made);
    }
    return made;
  }
}
