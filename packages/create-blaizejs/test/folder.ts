import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { onTestFinished } from 'vitest';

/** A temporary folder outside of any repository. Removed at the end of the test. */
export class Folder {
  readonly path: string;

  private constructor(directory: string) {
    this.path = directory;
  }

  /** @param files contents by path */
  static async make(files: Readonly<Record<string, string>> = {}): Promise<Folder> {
    const directory = await mkdtemp(path.join(await realpath(tmpdir()), 'create-blaizejs-'));
    onTestFinished(() => rm(directory, { recursive: true, force: true }));
    const folder = new Folder(directory);
    for (const [name, text] of Object.entries(files)) {
      await mkdir(path.dirname(folder.file(name)), { recursive: true });
      await writeFile(folder.file(name), text);
    }
    return folder;
  }

  file(...parts: string[]): string {
    return path.join(this.path, ...parts);
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
