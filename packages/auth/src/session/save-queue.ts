/** One update that several requests wait for. */
interface Batch<Change, Result> {
  readonly changes: Change[];
  readonly result: Promise<Result>;
}

interface Line<Change, Result> {
  /** Resolves when everything before has ended. */
  tail: Promise<unknown>;
  /** The update that has not begun yet. */
  batch: Batch<Change, Result> | undefined;
}

/**
 * Does the work on each session in order, one piece at a time. Updates that wait become one: a thousand requests of one
 * session at once cause a few writes, and none of them overwrites what another has written.
 */
export class SaveQueue<Change, Result> {
  readonly #lines = new Map<string, Line<Change, Result>>();

  /** Joins the update that waits, or adds one. */
  update(
    key: string,
    change: Change,
    update: (changes: readonly Change[]) => Promise<Result>,
  ): Promise<Result> {
    const line = this.#lines.get(key);
    if (line?.batch) {
      line.batch.changes.push(change);
      return line.batch.result;
    }
    const changes = [change];
    const result = this.run(key, () => {
      const own = this.#lines.get(key);
      if (own?.batch?.changes === changes) own.batch = undefined;
      return update(changes);
    });
    const now = this.#lines.get(key);
    if (now) now.batch = { changes, result };
    return result;
  }

  /** Runs a task by itself. */
  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const line: Line<Change, Result> = this.#lines.get(key) ?? { tail: Promise.resolve(), batch: undefined };
    this.#lines.set(key, line);
    const running = line.tail.then(task);
    const tail = running.then(ignore, ignore).then(() => {
      if (line.tail === tail) this.#lines.delete(key);
    });
    line.tail = tail;
    return running;
  }
}

function ignore(): void {}
