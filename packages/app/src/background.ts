import type { Drainable } from './shut-down.ts';

/** Work that continues after its request was answered. */
export class Background implements Drainable {
  readonly #pending = new Set<Promise<void>>();
  readonly #report: (error: unknown) => void;

  /** @param report called with the error of work that fails */
  constructor(report: (error: unknown) => void) {
    this.#report = report;
  }

  readonly add = (work: Promise<unknown>): void => {
    const watched: Promise<void> = work.then(
      () => void this.#pending.delete(watched),
      (error: unknown) => {
        this.#pending.delete(watched);
        this.#report(error);
      },
    );
    this.#pending.add(watched);
  };

  async drain(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  destroy(): void {
    this.#pending.clear();
  }
}
