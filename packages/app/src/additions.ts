/**
 * What plugins have added to an app, and how to take it back: a start that fails for its port undoes itself, and what runs
 * `setup` again must not find its own routes.
 */
export class Additions {
  #undo: (() => void)[] = [];
  #recording = 0;

  /** Notes how to take something back, if a plugin adds it. */
  readonly note = (undo: () => void): void => {
    if (this.#recording > 0) this.#undo.push(undo);
  };

  /** Runs what adds. */
  async record<T>(add: () => Promise<T>): Promise<T> {
    this.#recording += 1;
    try {
      return await add();
    } finally {
      this.#recording -= 1;
    }
  }

  /** Takes everything back, last first. */
  undo(): void {
    for (const undo of this.#undo.splice(0).reverse()) undo();
  }
}
