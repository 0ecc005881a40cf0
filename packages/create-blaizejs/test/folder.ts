import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { type Files, Folder as TemporaryFolder, temporaryFolder } from '../../../tooling/test/folder.ts';

/** A temporary folder outside of any repository. Removed at the end of the test. */
export class Folder extends TemporaryFolder {
  static async make(files?: Files): Promise<Folder> {
    return new Folder(await temporaryFolder(files));
  }

  read(...parts: string[]): Promise<string> {
    return readFile(this.file(...parts), 'utf8');
  }

  /** The sorted names of its entries. */
  async names(...parts: string[]): Promise<string[]> {
    return (await readdir(this.file(...parts))).sort();
  }

  /**
   * Creates a folder with programs, given as shell scripts by name.
   *
   * @returns a `PATH` that begins with that folder
   */
  async programs(scripts: Readonly<Record<string, string>>): Promise<string> {
    const bin = this.file('bin');
    await mkdir(bin, { recursive: true });
    for (const [name, script] of Object.entries(scripts)) {
      await writeFile(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    return `${bin}${path.delimiter}${process.env.PATH ?? ''}`;
  }
}
