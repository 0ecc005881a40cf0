/**
 * What plugins have added to an app, and how to remove it: if `listen()` can't get its port, the start is undone, and the
 * next `setup` must not find the routes of the first.
 */
export class Additions {
  #undo: { readonly owner: object | undefined; readonly undo: () => void }[] = [];
  /** The owners of what is being added; the last one is the innermost. */
  readonly #recording: { readonly owner: object | undefined }[] = [];

  /** Records how to remove something, if a plugin is adding it. */
  readonly note = (undo: () => void): void => {
    const current = this.#recording.at(-1);
    if (current) this.#undo.push({ owner: current.owner, undo });
  };

  /** Runs `add` and records what it adds. @param owner the plugin that adds it */
  async record<T>(add: () => Promise<T>, owner?: object): Promise<T> {
    const recording = { owner };
    this.#recording.push(recording);
    try {
      return await add();
    } finally {
      this.#recording.splice(this.#recording.indexOf(recording), 1);
    }
  }

  /** Removes what one owner has added, last first. Default: everything. */
  undo(owner?: object): void {
    const gone = this.#undo.filter((addition) => owner === undefined || addition.owner === owner);
    this.#undo = this.#undo.filter((addition) => !gone.includes(addition));
    for (const { undo } of gone.reverse()) undo();
  }
}
