// Bytes that are read although nobody can handle them yet.
const LIMIT = 64 * 1024;
// What each message takes besides its bytes, about.
const OVERHEAD = 256;

/**
 * Decides when more is read from a client whose listeners are at work. Usually, when they are done: the client has to wait. But
 * a listener that waits for an answer of the client would wait forever, so meanwhile a bounded amount is read ahead.
 */
export class ReadAhead {
  readonly #isAsking: () => boolean;
  /** The end of the line. */
  #line: Promise<void> | undefined;
  readonly #others = new Set<Promise<void>>();
  #bytes = 0;
  #release: (() => void) | undefined;

  /** @param isAsking whether an answer of the client is awaited */
  constructor(isAsking: () => boolean) {
    this.#isAsking = isAsking;
  }

  /** Runs a listener, which never rejects, behind those before it. @returns resolves when more may be read */
  inOrder(bytes: number, listener: () => void | Promise<void>): void | Promise<void> {
    const line = this.#line;
    if (!line) {
      const running = listener();
      if (!running) return undefined;
      this.#queue(running);
      return this.#until(running);
    }
    const ended = line.then(listener);
    this.#queue(ended);
    return this.hold(bytes, ended);
  }

  /** Something that was read has to wait. @returns resolves when more may be read */
  hold(bytes: number, ended: Promise<void>): Promise<void> | undefined {
    const size = bytes + OVERHEAD;
    this.#bytes += size;
    void ended.then(() => (this.#bytes -= size));
    return this.#until(ended);
  }

  /** Waits for something else in {@link ReadAhead.settled}. */
  watch(work: Promise<void>): void {
    this.#others.add(work);
    void work.then(() => this.#others.delete(work));
  }

  /** Reads on now, as an answer is awaited. */
  release(): void {
    if (this.#bytes < LIMIT) this.#release?.();
  }

  /** Resolves when nothing runs any more. */
  async settled(): Promise<void> {
    while (this.#line || this.#others.size > 0) {
      await this.#line;
      await Promise.all(this.#others);
    }
  }

  #queue(ended: Promise<void>): void {
    this.#line = ended;
    void ended.then(() => {
      if (this.#line === ended) this.#line = undefined;
    });
  }

  #until(ended: Promise<void>): Promise<void> | undefined {
    if (this.#isAsking() && this.#bytes < LIMIT) return undefined;
    return new Promise((resolve) => {
      this.#release = resolve;
      void ended.then(resolve);
    });
  }
}
