/**
 * What plugins have added to an app, and how to take it back: a start that fails for its port undoes itself, and what runs
 * `setup` again must not find its own routes.
 */
export class Additions {
  #undo: { readonly owner: object | undefined; readonly undo: () => void }[] = [];
  /** Whose additions are noted now; the last one is the innermost. */
  readonly #recording: { readonly owner: object | undefined }[] = [];

  /** Notes how to take something back, if a plugin adds it. */
  readonly note = (undo: () => void): void => {
    const current = this.#recording.at(-1);
    if (current) this.#undo.push({ owner: current.owner, undo });
  };

  /** Runs what adds. @param owner whose additions these are */
  async record<T>(add: () => Promise<T>, owner?: object): Promise<T> {
    const recording = { owner };
    this.#recording.push(recording);
    try {
      return await add();
    } finally {
      this.#recording.splice(this.#recording.indexOf(recording), 1);
    }
  }

  /** Takes back, last first, what one owner has added. Default: everything. */
  undo(owner?: object): void {
    const gone = this.#undo.filter((addition) => owner === undefined || addition.owner === owner);
    this.#undo = this.#undo.filter((addition) => !gone.includes(addition));
    for (const { undo } of gone.reverse()) undo();
  }
}
