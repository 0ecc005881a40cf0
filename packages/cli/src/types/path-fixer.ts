import { realpath } from 'node:fs/promises';

import { shown } from '../project.ts';
import { fixPaths } from './fix-path.ts';

/** Corrects the paths in route files, and says so. */
export class PathFixer {
  readonly #cwd: string;
  readonly #say: (line: string) => void;
  /** Where each file is served, by its real path. */
  readonly #served = new Map<string, string>();

  constructor(cwd: string, say: (line: string) => void) {
    this.#cwd = cwd;
    this.#say = say;
  }

  /**
   * Corrects a file. One that links serve at two paths is left alone: each would undo what the other corrects.
   *
   * @param served where it is served: `/users/[id]`
   * @returns whether it was changed
   */
  async fix(file: string, served: string): Promise<boolean> {
    const real = await realpath(file);
    const before = this.#served.get(real);
    if (before !== undefined && before !== served) {
      this.#say(
        `${shown(file, this.#cwd)}: links serve this file at ${before} and at ${served}, and its path can't name both. ` +
          'Leave the path out: createGetRoute({ … }).',
      );
      return false;
    }
    this.#served.set(real, served);
    const wrong = await fixPaths(file, served);
    for (const path of wrong) {
      this.#say(`${shown(file, this.#cwd)}: changed the path from ${path} to ${served}.`);
    }
    return wrong.length > 0;
  }
}
