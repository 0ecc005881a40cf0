import { randomUUID } from 'node:crypto';
import { copyFile, rename, rm } from 'node:fs/promises';
import { constants, createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';

import { originOf } from './uploads.ts';

/**
 * Keeps an uploaded file: moves it to `path`, and replaces what is there. A file on disk is renamed, or copied if `path` is
 * on another file system; a file in memory is written. The folder must exist, and only the user of the process can read the
 * result (mode 0600).
 *
 * A file that was on disk can't be read through its `File` any more.
 *
 * ```ts
 * await moveFile(ctx.request.body.photo, path.join(folder, `${id}.png`));
 * ```
 *
 * @throws what the file system says, such as `ENOENT`
 */
export async function moveFile(file: File, path: string): Promise<void> {
  const origin = originOf(file);
  const from = origin?.path;
  if (from === undefined) {
    await replace(path, (target) =>
      pipeline(file.stream(), createWriteStream(target, { flags: 'wx', mode: 0o600 })),
    );
    return;
  }
  try {
    await rename(from, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await replace(path, (target) => copyFile(from, target, constants.COPYFILE_EXCL));
    await rm(from, { force: true });
  }
  if (origin) origin.path = undefined;
}

/**
 * Replaces whatever is at the path with a new file: nobody sees half of it, it has its own mode, and a symbolic link is
 * replaced rather than followed.
 */
async function replace(path: string, write: (target: string) => Promise<void>): Promise<void> {
  const unfinished = `${path}.${randomUUID()}`;
  try {
    await write(unfinished);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}
