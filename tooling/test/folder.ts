import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { onTestFinished } from 'vitest';

/** Contents by path. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** A temporary folder with files, removed at the end of its block. */
export class Folder implements AsyncDisposable {
  readonly path: string;

  constructor(absolute: string) {
    this.path = absolute;
  }

  file(...parts: readonly string[]): string {
    return path.join(this.path, ...parts);
  }

  async write(files: Files): Promise<void> {
    for (const [name, content] of Object.entries(files)) {
      await mkdir(path.dirname(this.file(name)), { recursive: true });
      await writeFile(this.file(name), content);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

/** Creates a folder with these files. No part of its path is a link. */
export async function makeFolder(files: Files = {}): Promise<Folder> {
  const folder = new Folder(await mkdtemp(path.join(await realpath(tmpdir()), 'blaizejs-test-')));
  await folder.write(files);
  return folder;
}

/** Creates one that lasts until the end of the test. @returns its path */
export async function temporaryFolder(files?: Files): Promise<string> {
  const folder = await makeFolder(files);
  onTestFinished(() => folder[Symbol.asyncDispose]());
  return folder.path;
}
