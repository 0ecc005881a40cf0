import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';

import { misuse } from '../html/values.ts';

const EXTENSION = '.eta';
// Letters of any script, but nothing that a file system reads in a way of its own.
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_ .-]*$/u;

/** The files of templates in one folder. */
export class ViewFiles {
  readonly #root: string;

  constructor(folder: string) {
    this.#root = realpathSync(folder);
  }

  /**
   * The file of a template.
   *
   * @param from the file that names it: `./row` and `../row` are looked up from there, other names from the folder
   * @throws BlaizeError `ERR_BLAIZE_TEMPLATE` if it is not in the folder
   */
  resolve(name: string, from?: string): string {
    const isRelative = /^\.\.?\//.test(name);
    const parts = (isRelative ? name.replace(/^(?:\.\.?\/)+/, '') : name).split('/');
    if (parts.some((part) => !NAME.test(part) || part.endsWith('.')) || (isRelative && from === undefined)) {
      throw misuse(
        `${JSON.stringify(name)} is no name of a template. A name is a path in the folder, such as "users/list".`,
      );
    }
    const base = isRelative ? path.dirname(from as string) : this.#root;
    const file = path.resolve(base, name.endsWith(EXTENSION) ? name : name + EXTENSION);
    this.#assertInside(file, name);
    return file;
  }

  /** @throws BlaizeError `ERR_BLAIZE_TEMPLATE` if there is none, or if a link leads out of the folder */
  read(file: string): string {
    let real: string;
    try {
      real = realpathSync(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      throw misuse(`There is no template ${this.nameOf(file)} in ${this.#root}.`);
    }
    this.#assertInside(real, this.nameOf(file));
    return readFileSync(real, 'utf8');
  }

  /** The name of a file for messages: from the folder on. */
  nameOf(file: string): string {
    return path.relative(this.#root, file).replaceAll(path.sep, '/');
  }

  #assertInside(file: string, name: string): void {
    const relative = path.relative(this.#root, file);
    if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) {
      throw misuse(`The template ${JSON.stringify(name)} is not in ${this.#root}.`);
    }
  }
}
